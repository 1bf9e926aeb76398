// Writes a FAT12 or FAT16 file system with long names over a whole disk, no partition table: the other form of a config
// drive (`config_drive_format=vfat` in Nova). Follows Microsoft's "FAT: General Overview of On-Disk Format" 1.03.
import { createHash } from 'node:crypto';
import { type DriveProblem, type DriveTree, describeProblems, findTreeProblems, growDirectories } from './tree.ts';
import { encodeBootSector, MEDIA_FIXED_DISK } from './vfat-boot-sector.ts';
import { FAT_SECTOR_BYTES, type VfatGeometry } from './vfat-geometry.ts';
import { ENTRY_BYTES, encodeLongName, vfatNameRules } from './vfat-names.ts';
import {
  assignClusters,
  chooseGeometry,
  chooseRootEntries,
  MAX_VFAT_BYTES,
  MIN_VFAT_BYTES,
  type PlannedFile,
  type PlannedFolder,
  planContents,
} from './vfat-plan.ts';

export type VfatOptions = {
  /** Volume label, stored as spelled: 1 to 11 printable ASCII characters. */
  label: string;
  /** Size of the image, a multiple of 512, 1 MiB to 2047 MiB; else the smallest whole number of MiB. */
  sizeBytes?: number;
  /** The time of every file, written in UTC; years 1980 to 2107, steps of 2 seconds. */
  time: Date;
  /** 32-bit serial number; else derived from label, time and tree. */
  volumeId?: number;
};

const READ_ONLY = 0x01;
const VOLUME_LABEL = 0x08;
const DIRECTORY = 0x10;
const MAX_ROOT_ENTRIES = 65520;
const MAX_FOLDER_ENTRIES = 65536;

type EntryFields = { short: string; attributes: number; time: Date; firstCluster: number; bytes: number };

/** Lists what keeps `buildVfat` from writing this tree with these options. Never throws. */
export function findVfatProblems(tree: DriveTree, options: VfatOptions): DriveProblem[] {
  const problems = findTreeProblems(tree, vfatNameRules);
  const add = (message: string): void => void problems.push({ path: '', message });
  const { label, sizeBytes, time, volumeId } = options;
  if (!/^[\x20-\x7e]{1,11}$/.test(label) || /["*+,./:;<=>?[\\\]|]/.test(label) || label.trim() !== label) {
    add(
      'a VFAT label is 1 to 11 ASCII characters without " * + , . / : ; < = > ? [ \\ ] | and without space at either end',
    );
  }
  const year = time.getUTCFullYear();
  if (!(year >= 1980 && year <= 2107)) add('the time of a VFAT image lies between 1980 and 2107');
  if (volumeId !== undefined && !(Number.isInteger(volumeId) && volumeId >= 0 && volumeId < 2 ** 32)) {
    add('a VFAT volume id is a whole number of 32 bits');
  }
  const hasValidSize = sizeBytes === undefined || isValidSize(sizeBytes);
  if (!hasValidSize) add('the size of a VFAT image is a multiple of 512 bytes between 1 MiB and 2047 MiB');
  if (problems.length > 0) return problems;

  const contents = planContents(growDirectories(tree));
  if (chooseRootEntries(contents) > MAX_ROOT_ENTRIES) add('too many names in the root folder');
  if (contents.folders.some(({ entryCount }) => entryCount > MAX_FOLDER_ENTRIES)) add('too many names in one folder');
  if (problems.length === 0 && chooseGeometry(contents, sizeBytes) === undefined) {
    add(sizeBytes === undefined ? 'the files need more than 2047 MiB' : `the files do not fit ${sizeBytes} bytes`);
  }
  return problems;
}

/**
 * Builds the whole image, the same for the same tree and options. Files are marked read-only; FAT knows no owners or
 * modes.
 * Throws an Error that names the problems when `findVfatProblems` would have listed any.
 */
export function buildVfat(tree: DriveTree, options: VfatOptions): Uint8Array {
  const problems = findVfatProblems(tree, options);
  if (problems.length > 0) throw new Error(`cannot write a VFAT image: ${describeProblems(problems)}`);

  const contents = planContents(growDirectories(tree));
  const geometry = chooseGeometry(contents, options.sizeBytes);
  if (geometry === undefined) throw new Error('a checked tree has a geometry');
  const runs = assignClusters(contents, geometry);
  const { label, time } = options;

  const image = new Uint8Array(geometry.totalSectors * FAT_SECTOR_BYTES);
  image.set(encodeBootSector(geometry, label, options.volumeId ?? deriveVolumeId(tree, options)));
  const table = encodeAllocationTable(geometry, runs);
  image.set(table, geometry.firstFat * FAT_SECTOR_BYTES);
  image.set(table, (geometry.firstFat + geometry.sectorsPerFat) * FAT_SECTOR_BYTES);

  const locate = (cluster: number): number =>
    geometry.firstDataSector * FAT_SECTOR_BYTES + (cluster - 2) * geometry.clusterBytes;
  const labelEntry = encodeEntry({
    short: label.padEnd(11),
    attributes: VOLUME_LABEL,
    time,
    firstCluster: 0,
    bytes: 0,
  });
  image.set(labelEntry, geometry.firstRootSector * FAT_SECTOR_BYTES);
  writeChildren(image, contents.root, { offset: geometry.firstRootSector * FAT_SECTOR_BYTES + ENTRY_BYTES, time });
  for (const folder of contents.folders) {
    const offset = locate(folder.firstCluster);
    const self = { attributes: DIRECTORY, time, bytes: 0 };
    image.set(encodeEntry({ ...self, short: '.'.padEnd(11), firstCluster: folder.firstCluster }), offset);
    const parentCluster = folder.parent?.firstCluster ?? 0;
    image.set(encodeEntry({ ...self, short: '..'.padEnd(11), firstCluster: parentCluster }), offset + ENTRY_BYTES);
    writeChildren(image, folder, { offset: offset + 2 * ENTRY_BYTES, time });
  }
  for (const file of contents.files) {
    if (file.bytes > 0) image.set(file.node.data, locate(file.firstCluster));
  }
  return image;
}

function writeChildren(image: Uint8Array, folder: PlannedFolder, place: { offset: number; time: Date }): void {
  let { offset } = place;
  for (const child of folder.children) {
    if (child.name === undefined) throw new Error('only the root has no name');
    const longName = encodeLongName(child.name);
    image.set(longName, offset);
    offset += longName.length;
    image.set(encodeChild(child, child.name.short, place.time), offset);
    offset += ENTRY_BYTES;
  }
}

function encodeChild(child: PlannedFolder | PlannedFile, short: string, time: Date): Uint8Array {
  const isFile = child.kind === 'file';
  return encodeEntry({
    short,
    attributes: isFile ? READ_ONLY : DIRECTORY,
    time,
    firstCluster: child.firstCluster,
    bytes: isFile ? child.bytes : 0,
  });
}

function encodeEntry({ short, attributes, time, firstCluster, bytes }: EntryFields): Uint8Array {
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  entry.set(new TextEncoder().encode(short));
  entry[11] = attributes;
  const date = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  view.setUint16(14, clock, true);
  view.setUint16(16, date, true);
  view.setUint16(18, date, true);
  view.setUint16(22, clock, true);
  view.setUint16(24, date, true);
  view.setUint16(26, firstCluster, true);
  view.setUint32(28, bytes, true);
  return entry;
}

function encodeAllocationTable(geometry: VfatGeometry, runs: readonly [number, number][]): Uint8Array {
  const bytes = new Uint8Array(geometry.sectorsPerFat * FAT_SECTOR_BYTES);
  const view = new DataView(bytes.buffer);
  const endOfChain = geometry.fatBits === 12 ? 0xfff : 0xffff;
  const setEntry = (cluster: number, value: number): void => {
    if (geometry.fatBits === 16) {
      view.setUint16(cluster * 2, value, true);
      return;
    }
    // Two 12-bit entries share three bytes.
    const offset = Math.floor((cluster * 3) / 2);
    const old = view.getUint16(offset, true);
    view.setUint16(offset, cluster % 2 === 0 ? (old & 0xf000) | value : (old & 0x000f) | (value << 4), true);
  };
  setEntry(0, (endOfChain & ~0xff) | MEDIA_FIXED_DISK);
  setEntry(1, endOfChain);
  for (const [first, count] of runs) {
    const last = first + count - 1;
    for (let cluster = first; cluster < last; cluster++) setEntry(cluster, cluster + 1);
    setEntry(last, endOfChain);
  }
  return bytes;
}

function deriveVolumeId(tree: DriveTree, { label, time }: VfatOptions): number {
  const hash = createHash('sha256').update(`${label}\0${time.toISOString()}\0`);
  for (const path of [...tree.keys()].sort()) {
    const data = tree.get(path) ?? new Uint8Array();
    hash.update(`${path}\0${data.length}\0`).update(data);
  }
  return hash.digest().readUInt32LE(0);
}

function isValidSize(sizeBytes: number): boolean {
  return sizeBytes % FAT_SECTOR_BYTES === 0 && sizeBytes >= MIN_VFAT_BYTES && sizeBytes <= MAX_VFAT_BYTES;
}
