// Decides, before a byte is written, which clusters of a FAT file system each folder and file gets, and how large it
// must be.
import type { TreeDirectory, TreeFile } from './tree.ts';
import { planGeometry, type VfatGeometry } from './vfat-geometry.ts';
import { countEntries, ENTRY_BYTES, nameForVfat, type VfatName } from './vfat-names.ts';

export type PlannedFile = { kind: 'file'; name: VfatName; node: TreeFile; bytes: number; firstCluster: number };
export type PlannedFolder = {
  kind: 'folder';
  /** Undefined for the root. */
  name: VfatName | undefined;
  parent: PlannedFolder | undefined;
  children: (PlannedFolder | PlannedFile)[];
  entryCount: number;
  bytes: number;
  /** 0 for the root, which has no clusters on FAT12 and FAT16. */
  firstCluster: number;
};

export type VfatContents = {
  root: PlannedFolder;
  /** Without the root, in the order in which clusters are given out. */
  folders: PlannedFolder[];
  files: PlannedFile[];
};

export const MIN_VFAT_BYTES = 1024 * 1024;
/** 65508 clusters of 32 KiB: the largest FAT16 that every reader takes. */
export const MAX_VFAT_BYTES = 2047 * 1024 * 1024;

const SIZE_STEP_BYTES = 1024 * 1024;
const USUAL_ROOT_ENTRIES = 512;
const ROOT_ENTRIES_PER_SECTOR = 16;

/** Names and measures everything below `root`; clusters are still to be given out. */
export function planContents(root: TreeDirectory): VfatContents {
  const top = planFolder(root, undefined, undefined);
  const folders: PlannedFolder[] = [];
  const files: PlannedFile[] = [];
  const pending = [top];
  for (const folder of pending) {
    for (const child of folder.children) {
      if (child.kind === 'file') files.push(child);
      else {
        folders.push(child);
        pending.push(child);
      }
    }
  }
  return { root: top, folders, files };
}

/** Entries of the root directory: 512 as usual, more in whole sectors when the root holds more. */
export function chooseRootEntries({ root }: VfatContents): number {
  return Math.max(USUAL_ROOT_ENTRIES, Math.ceil(root.entryCount / ROOT_ENTRIES_PER_SECTOR) * ROOT_ENTRIES_PER_SECTOR);
}

/**
 * The geometry of exactly `sizeBytes`, or else of the smallest whole number of MiB, that holds `contents`; undefined
 * when none does.
 */
export function chooseGeometry(contents: VfatContents, sizeBytes: number | undefined): VfatGeometry | undefined {
  const rootEntries = chooseRootEntries(contents);
  if (sizeBytes !== undefined) {
    const geometry = planGeometry(sizeBytes, rootEntries);
    return geometry !== undefined && holds(geometry, contents) ? geometry : undefined;
  }
  const dataBytes = contents.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const start = Math.max(MIN_VFAT_BYTES, Math.floor(dataBytes / SIZE_STEP_BYTES) * SIZE_STEP_BYTES);
  for (let size = start; size <= MAX_VFAT_BYTES; size += SIZE_STEP_BYTES) {
    const geometry = planGeometry(size, rootEntries);
    if (geometry !== undefined && holds(geometry, contents)) return geometry;
  }
  return undefined;
}

/** Gives out clusters in order, each file and folder in one run; returns the runs as [first, count]. */
export function assignClusters(contents: VfatContents, geometry: VfatGeometry): [number, number][] {
  const runs: [number, number][] = [];
  let next = 2;
  for (const item of [...contents.folders, ...contents.files]) {
    const count = Math.ceil(item.bytes / geometry.clusterBytes);
    if (count === 0) continue;
    item.firstCluster = next;
    runs.push([next, count]);
    next += count;
  }
  return runs;
}

function holds(geometry: VfatGeometry, { folders, files }: VfatContents): boolean {
  const needed = [...folders, ...files].reduce((sum, { bytes }) => sum + Math.ceil(bytes / geometry.clusterBytes), 0);
  return needed <= geometry.clusterCount;
}

function planFolder(node: TreeDirectory, name: VfatName | undefined, parent: PlannedFolder | undefined): PlannedFolder {
  const folder: PlannedFolder = {
    kind: 'folder',
    name,
    parent,
    children: [],
    // The root begins with the label, every other folder with `.` and `..`.
    entryCount: parent === undefined ? 1 : 2,
    bytes: 0,
    firstCluster: 0,
  };
  const names = nameForVfat(node.children.map((child) => child.name));
  for (const child of node.children) {
    const childName = names.get(child.name);
    if (childName === undefined) throw new Error('every child was named');
    folder.entryCount += countEntries(childName);
    if (child.kind === 'directory') folder.children.push(planFolder(child, childName, folder));
    else
      folder.children.push({ kind: 'file', name: childName, node: child, bytes: child.data.length, firstCluster: 0 });
  }
  folder.bytes = parent === undefined ? 0 : folder.entryCount * ENTRY_BYTES;
  return folder;
}
