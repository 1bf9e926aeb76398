// One of the two folder hierarchies of the image, from names to encoded sectors (ECMA-119 § 6.8 and 6.9).
// Planning fixes every size; extents are filled in afterwards, when the whole image has been laid out.
import {
  encodeDirectoryRecord,
  encodePathTable,
  measurePathTable,
  measureRecord,
  placeRecords,
  SECTOR_BYTES,
} from './iso9660-records.ts';
import { concatenate, encodeContinuationField, measureInline, type RockRidgeFields } from './rock-ridge.ts';
import type { TreeDirectory, TreeFile, TreeNode } from './tree.ts';

/** Which record of a directory: its own `.`, its parent's `..`, or one of its children. */
export type RecordRole = 'self' | 'parent' | 'child';

export type FieldRequest = { role: RecordRole; owner: TreeDirectory; node: TreeNode; identifier: Uint8Array };

/** How a volume names and describes nodes. */
export type NameSpace = {
  /** The children of one directory in the order of the records, with their identifiers. */
  identifyChildren: (directory: TreeDirectory) => [TreeNode, Uint8Array][];
  /** The system use fields of one record. */
  describeRecord: (request: FieldRequest) => RockRidgeFields;
};

export type PlannedDirectory = {
  node: TreeDirectory;
  identifier: Uint8Array;
  parent: PlannedDirectory | undefined;
  /** Position in the path table, from 1. */
  number: number;
  records: PlannedRecord[];
  offsets: number[];
  /** Whole sectors, in bytes. */
  bytes: number;
  /** First sector; 0 until the image is laid out. */
  extent: number;
};

type PlannedRecord = {
  identifier: Uint8Array;
  target: PlannedDirectory | TreeFile;
  fields: RockRidgeFields;
  /** Offset of the continued fields in the continuation area. */
  continuedAt: number;
};

export type Hierarchy = {
  /** In path table order: by level, then by parent, then by identifier. */
  directories: PlannedDirectory[];
  pathTableBytes: number;
  /** Whole sectors, in bytes; 0 when nothing is continued. */
  continuationBytes: number;
};

/** Where the rest of the image is: sectors of the files and of the continuation area. */
export type Placement = { fileExtents: ReadonlyMap<TreeFile, number>; continuationExtent: number; time: Date };

const SELF_IDENTIFIER = Uint8Array.of(0);
const PARENT_IDENTIFIER = Uint8Array.of(1);

/** Plans names, records and sizes of the hierarchy below `root`. */
export function planHierarchy(root: TreeDirectory, nameSpace: NameSpace): Hierarchy {
  const top = makeDirectory(root, SELF_IDENTIFIER, undefined);
  const directories = [top];
  const continuedLengths: number[] = [];
  const continuedRecords: PlannedRecord[] = [];
  // The list grows while it is walked: that is the breadth-first order of the path table.
  for (const [index, directory] of directories.entries()) {
    directory.number = index + 1;
    const parent = directory.parent ?? directory;
    const owner = directory.node;
    const describe = (role: RecordRole, target: PlannedDirectory | TreeFile, identifier: Uint8Array) => {
      const node = 'node' in target ? target.node : target;
      const fields = nameSpace.describeRecord({ role, owner, node, identifier });
      const record: PlannedRecord = { identifier, target, fields, continuedAt: 0 };
      if (fields.continued.length > 0) {
        continuedLengths.push(fields.continued.length);
        continuedRecords.push(record);
      }
      directory.records.push(record);
    };
    describe('self', directory, SELF_IDENTIFIER);
    describe('parent', parent, PARENT_IDENTIFIER);
    for (const [node, identifier] of nameSpace.identifyChildren(owner)) {
      if (node.kind === 'file') {
        describe('child', node, identifier);
        continue;
      }
      const child = makeDirectory(node, identifier, directory);
      directories.push(child);
      describe('child', child, identifier);
    }
    const lengths = directory.records.map(({ identifier, fields }) => measureRecord(identifier, measureInline(fields)));
    const placed = placeRecords(lengths);
    directory.offsets = placed.offsets;
    directory.bytes = placed.bytes;
  }
  const continuation = placeRecords(continuedLengths);
  for (const [index, record] of continuedRecords.entries()) record.continuedAt = continuation.offsets[index] ?? 0;
  const pathTableBytes = measurePathTable(directories.map(({ identifier }) => identifier));
  return { directories, pathTableBytes, continuationBytes: continuation.bytes };
}

/** Writes all directories and continued fields of a laid-out hierarchy into `image`. */
export function writeHierarchy(image: Uint8Array, hierarchy: Hierarchy, placement: Placement): void {
  for (const directory of hierarchy.directories) {
    const start = directory.extent * SECTOR_BYTES;
    for (const [index, record] of directory.records.entries()) {
      image.set(encodeRecord(record, placement), start + (directory.offsets[index] ?? 0));
      if (record.fields.continued.length > 0) {
        image.set(record.fields.continued, placement.continuationExtent * SECTOR_BYTES + record.continuedAt);
      }
    }
  }
}

/** Encodes the path table of a laid-out hierarchy in one byte order. */
export function encodeHierarchyPathTable(hierarchy: Hierarchy, littleEndian: boolean): Uint8Array {
  const entries = hierarchy.directories.map(({ identifier, extent, number, parent }) => ({
    identifier,
    extent,
    parentNumber: parent?.number ?? number,
  }));
  return encodePathTable(entries, littleEndian);
}

/** Encodes the root record that the volume descriptor holds, without system use. */
export function encodeRootRecord(hierarchy: Hierarchy, time: Date): Uint8Array {
  const [root] = hierarchy.directories;
  if (root === undefined) throw new Error('a hierarchy has a root');
  return encodeDirectoryRecord({
    identifier: SELF_IDENTIFIER,
    extent: root.extent,
    size: root.bytes,
    isDirectory: true,
    time,
    systemUse: new Uint8Array(),
  });
}

function makeDirectory(
  node: TreeDirectory,
  identifier: Uint8Array,
  parent: PlannedDirectory | undefined,
): PlannedDirectory {
  return { node, identifier, parent, number: 0, records: [], offsets: [], bytes: 0, extent: 0 };
}

function encodeRecord(record: PlannedRecord, placement: Placement): Uint8Array {
  const { identifier, target, fields, continuedAt } = record;
  const parts = [fields.inline];
  if (fields.continued.length > 0) {
    const sector = placement.continuationExtent + Math.floor(continuedAt / SECTOR_BYTES);
    parts.push(encodeContinuationField(sector, continuedAt % SECTOR_BYTES, fields.continued.length));
  }
  const isDirectory = 'node' in target;
  return encodeDirectoryRecord({
    identifier,
    // An empty file owns no sector.
    extent: isDirectory ? target.extent : (placement.fileExtents.get(target) ?? 0),
    size: isDirectory ? target.bytes : target.data.length,
    isDirectory,
    time: placement.time,
    systemUse: concatenate(parts),
  });
}
