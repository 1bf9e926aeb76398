// Writes an ISO 9660 image with Rock Ridge and Joliet, the default form of a config drive
// (ECMA-119, SUSP 1.12, RRIP 1.10, Joliet Specification; what `genisoimage -J -r -V config-2` gives).
import {
  encodeHierarchyPathTable,
  encodeRootRecord,
  type FieldRequest,
  type Hierarchy,
  type NameSpace,
  planHierarchy,
  writeHierarchy,
} from './iso9660-hierarchy.ts';
import { comparePrimaryNames, isoNameRules, nameForPrimaryVolume } from './iso9660-names.ts';
import { measureRecordHead, roundToSector, SECTOR_BYTES } from './iso9660-records.ts';
import { encodeJolietDescriptor, encodePrimaryDescriptor, encodeTerminator } from './iso9660-volume.ts';
import { encodeUcs2 } from './joliet.ts';
import { buildRockRidgeFields, type RockRidgeFields } from './rock-ridge.ts';
import {
  type DriveProblem,
  type DriveTree,
  describeProblems,
  findTreeProblems,
  growDirectories,
  type TreeDirectory,
  type TreeFile,
} from './tree.ts';

export type IsoOptions = {
  /** Volume label, stored as spelled: 1 to 32 printable ASCII characters. */
  label: string;
  /** Publisher field, at most 128 printable ASCII characters. */
  publisher?: string;
  /** The time of the volume and of every file; years 1970 to 2155. */
  time: Date;
};

const SYSTEM_AREA_SECTORS = 16;
const DESCRIPTOR_SECTORS = 3;
const MAX_PATH_TABLE_DIRECTORIES = 65535;
const NO_FIELDS: RockRidgeFields = { inline: new Uint8Array(), continued: new Uint8Array() };

/** Lists what keeps `buildIso9660` from writing this tree with these options. Never throws. */
export function findIso9660Problems(tree: DriveTree, options: IsoOptions): DriveProblem[] {
  const problems = findTreeProblems(tree, isoNameRules);
  const { label, publisher = '', time } = options;
  if (!/^[\x20-\x7e]{1,32}$/.test(label) || label.trim() !== label) {
    problems.push({
      path: '',
      message: 'an ISO 9660 label is 1 to 32 printable ASCII characters, no space at either end',
    });
  }
  if (!/^[\x20-\x7e]{0,128}$/.test(publisher)) {
    problems.push({ path: '', message: 'an ISO 9660 publisher is at most 128 printable ASCII characters' });
  }
  const year = time.getUTCFullYear();
  if (!(year >= 1970 && year <= 2155)) {
    problems.push({ path: '', message: 'the time of an ISO 9660 image lies between 1970 and 2155' });
  }
  for (const [path, data] of tree) {
    if (data.length >= 2 ** 32) problems.push({ path, message: 'is 4 GiB or larger' });
  }
  if (countDirectories(tree) > MAX_PATH_TABLE_DIRECTORIES) {
    problems.push({ path: '', message: `more than ${MAX_PATH_TABLE_DIRECTORIES} folders` });
  }
  return problems;
}

/**
 * Builds the whole image: a multiple of 2048 bytes, the same for the same tree, options and time. Files have mode
 * 0444 and
 * folders 0555, owner 0:0. Throws an Error that names the problems when `findIso9660Problems` would have listed any.
 */
export function buildIso9660(tree: DriveTree, options: IsoOptions): Uint8Array {
  const problems = findIso9660Problems(tree, options);
  if (problems.length > 0) throw new Error(`cannot write an ISO 9660 image: ${describeProblems(problems)}`);

  const root = growDirectories(tree);
  const primary = planHierarchy(root, makeRockRidgeSpace(root, options.time));
  const joliet = planHierarchy(root, jolietSpace);

  let next = SYSTEM_AREA_SECTORS + DESCRIPTOR_SECTORS;
  const take = (bytes: number): number => {
    const first = next;
    next += roundToSector(bytes) / SECTOR_BYTES;
    return first;
  };
  const primaryTables = { little: take(primary.pathTableBytes), big: take(primary.pathTableBytes) };
  const jolietTables = { little: take(joliet.pathTableBytes), big: take(joliet.pathTableBytes) };
  for (const directory of primary.directories) directory.extent = take(directory.bytes);
  const continuationExtent = take(primary.continuationBytes);
  for (const directory of joliet.directories) directory.extent = take(directory.bytes);
  const fileExtents = new Map<TreeFile, number>();
  for (const file of listFiles(root)) if (file.data.length > 0) fileExtents.set(file, take(file.data.length));

  const image = new Uint8Array(next * SECTOR_BYTES);
  const put = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * SECTOR_BYTES);
  const describe = (hierarchy: Hierarchy, tables: { little: number; big: number }) => ({
    label: options.label,
    publisher: options.publisher ?? '',
    time: options.time,
    volumeSectors: next,
    pathTableBytes: hierarchy.pathTableBytes,
    littleEndianPathTable: tables.little,
    bigEndianPathTable: tables.big,
    rootRecord: encodeRootRecord(hierarchy, options.time),
  });
  put(SYSTEM_AREA_SECTORS, encodePrimaryDescriptor(describe(primary, primaryTables)));
  put(SYSTEM_AREA_SECTORS + 1, encodeJolietDescriptor(describe(joliet, jolietTables)));
  put(SYSTEM_AREA_SECTORS + 2, encodeTerminator());
  put(primaryTables.little, encodeHierarchyPathTable(primary, true));
  put(primaryTables.big, encodeHierarchyPathTable(primary, false));
  put(jolietTables.little, encodeHierarchyPathTable(joliet, true));
  put(jolietTables.big, encodeHierarchyPathTable(joliet, false));
  const placement = { fileExtents, continuationExtent, time: options.time };
  writeHierarchy(image, primary, placement);
  writeHierarchy(image, joliet, placement);
  for (const [file, extent] of fileExtents) put(extent, file.data);
  return image;
}

function makeRockRidgeSpace(root: TreeDirectory, time: Date): NameSpace {
  const encoder = new TextEncoder();
  return {
    identifyChildren(directory) {
      return [...nameForPrimaryVolume(directory.children)]
        .sort(([, a], [, b]) => comparePrimaryNames(a, b))
        .map(([node, { identifier }]) => [node, encoder.encode(identifier)]);
    },
    describeRecord({ role, owner, node, identifier }: FieldRequest) {
      const isDirectory = node.kind === 'directory';
      const entry = {
        name: role === 'child' ? node.name : undefined,
        isDirectory,
        linkCount: isDirectory ? 2 + node.children.filter(({ kind }) => kind === 'directory').length : 1,
        time,
        announces: role === 'self' && owner === root,
      };
      return buildRockRidgeFields(entry, 254 - measureRecordHead(identifier));
    },
  };
}

const jolietSpace: NameSpace = {
  // `children` is sorted by UTF-16 unit already, which is the order of the big-endian identifiers.
  identifyChildren: (directory) => directory.children.map((node) => [node, encodeUcs2(node.name)]),
  describeRecord: () => NO_FIELDS,
};

function listFiles(directory: TreeDirectory): TreeFile[] {
  return directory.children.flatMap((child) => (child.kind === 'file' ? [child] : listFiles(child)));
}

function countDirectories(tree: DriveTree): number {
  const directories = new Set<string>(['']);
  for (const path of tree.keys()) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      directories.add(path.slice(0, slash));
    }
  }
  return directories.size;
}
