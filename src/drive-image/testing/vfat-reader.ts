// A FAT12/FAT16 reader for the tests: follows the boot sector, the chains and the long names, shares no code with the
// writer, and asserts every structural rule on the way (Microsoft FAT 1.03).
import assert from 'node:assert/strict';

export type ReadFat = {
  fatBits: 12 | 16;
  bootLabel: string;
  rootLabel: string;
  volumeId: number;
  /** Contents by path; folders are undefined. */
  nodes: Map<string, Buffer | undefined>;
  /** Short names by path. */
  aliases: Map<string, string>;
};

type Disk = {
  image: Buffer;
  fat: number[];
  clusterBytes: number;
  dataStart: number;
  used: Set<number>;
  result: ReadFat;
};

/** Reads a whole-disk FAT image. */
export function readVfat(bytes: Uint8Array): ReadFat {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(image.readUInt16LE(510), 0xaa55);
  assert.equal(image.readUInt16LE(11), 512);
  const clusterBytes = image.readUInt8(13) * 512;
  const fatStart = image.readUInt16LE(14) * 512;
  assert.equal(image[16], 2);
  const rootEntries = image.readUInt16LE(17);
  const sectors = image.readUInt16LE(19) || image.readUInt32LE(32);
  assert.equal(sectors * 512, image.length);
  const fatBytes = image.readUInt16LE(22) * 512;
  const rootStart = fatStart + 2 * fatBytes;
  const dataStart = rootStart + rootEntries * 32;
  const clusters = Math.floor((image.length - dataStart) / clusterBytes);
  const fatBits = clusters < 4085 ? 12 : 16;
  assert.ok(clusters < 65525);
  assert.equal(image.toString('latin1', 54, 62), `FAT${fatBits}   `);
  assert.ok(((clusters + 2) * fatBits) / 8 <= fatBytes, 'the table covers every cluster');
  const table = image.subarray(fatStart, fatStart + fatBytes);
  assert.ok(table.equals(image.subarray(fatStart + fatBytes, rootStart)), 'both tables are equal');
  const fat = Array.from({ length: clusters + 2 }, (_, cluster) => readTableEntry(table, cluster, fatBits));
  assert.equal(fat[0], fatBits === 12 ? 0xff8 : 0xfff8);
  const result: ReadFat = {
    fatBits,
    bootLabel: image.toString('latin1', 43, 54).trimEnd(),
    rootLabel: '',
    volumeId: image.readUInt32LE(39),
    nodes: new Map(),
    aliases: new Map(),
  };
  const disk: Disk = { image, fat, clusterBytes, dataStart, used: new Set(), result };
  readDirectory(disk, image.subarray(rootStart, dataStart), { path: '', cluster: 0, parent: 0 });
  for (let cluster = 2; cluster < clusters + 2; cluster++) {
    assert.equal(fat[cluster] !== 0, disk.used.has(cluster), `cluster ${cluster} is used exactly when marked so`);
  }
  return result;
}

function readDirectory(disk: Disk, entries: Buffer, at: { path: string; cluster: number; parent: number }): void {
  const longParts: { text: string; checksum: number }[] = [];
  const shortNames = new Set<string>();
  let ended = false;
  for (let offset = 0; offset < entries.length; offset += 32) {
    const entry = entries.subarray(offset, offset + 32);
    ended ||= entry[0] === 0;
    if (ended) {
      assert.ok(entry.every((byte) => byte === 0));
      continue;
    }
    const attributes = entry.readUInt8(11);
    if (attributes === 0x0f) {
      longParts.push(readLongPart(entry));
      continue;
    }
    if (attributes === 0x08) {
      assert.equal(at.path, '');
      disk.result.rootLabel = entry.toString('latin1', 0, 11).trimEnd();
      continue;
    }
    const short = entry.toString('latin1', 0, 11);
    assert.ok(!shortNames.has(short), `${short} is there once`);
    shortNames.add(short);
    const cluster = entry.readUInt16LE(26);
    if (short.startsWith('.')) {
      assert.equal(cluster, short.trimEnd() === '.' ? at.cluster : at.parent);
      continue;
    }
    for (const { checksum } of longParts) assert.equal(checksum, sumName(entry.subarray(0, 11)));
    const alias = [short.slice(0, 8).trimEnd(), short.slice(8).trimEnd()].filter((part) => part !== '').join('.');
    const long = longParts
      .splice(0)
      .reverse()
      .map(({ text }) => text)
      .join('');
    const name = long === '' ? alias : long;
    const path = at.path === '' ? name : `${at.path}/${name}`;
    assert.ok(!disk.result.nodes.has(path));
    disk.result.aliases.set(path, alias);
    const data = followChain(disk, cluster);
    if ((attributes & 0x10) === 0) {
      const size = entry.readUInt32LE(28);
      assert.equal(Math.ceil(size / disk.clusterBytes) * disk.clusterBytes, data.length);
      disk.result.nodes.set(path, data.subarray(0, size));
    } else {
      disk.result.nodes.set(path, undefined);
      assert.deepEqual(
        [data.toString('latin1', 0, 11), data.toString('latin1', 32, 43)],
        ['.          ', '..         '],
      );
      readDirectory(disk, data, { path, cluster, parent: at.cluster });
    }
  }
  assert.equal(longParts.length, 0, 'no long name without a short one');
}

function readLongPart(entry: Buffer): { text: string; checksum: number } {
  const units = Buffer.concat([entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)]);
  const [text = '', ...padding] = units.toString('utf16le').split('\0');
  assert.match(padding.join('0'), /^\uffff*$/, 'what follows the end of a long name is 0xffff');
  return { text, checksum: entry.readUInt8(13) };
}

function followChain({ image, fat, clusterBytes, dataStart, used }: Disk, first: number): Buffer {
  const pieces: Buffer[] = [];
  const end = fat.length < 4087 ? 0xff8 : 0xfff8;
  for (let cluster = first; cluster !== 0 && cluster < end; cluster = fat[cluster] ?? end) {
    assert.ok(cluster >= 2 && !used.has(cluster), 'no cluster is used twice');
    used.add(cluster);
    const start = dataStart + (cluster - 2) * clusterBytes;
    pieces.push(image.subarray(start, start + clusterBytes));
  }
  return Buffer.concat(pieces);
}

function readTableEntry(table: Buffer, cluster: number, fatBits: 12 | 16): number {
  if (fatBits === 16) return table.readUInt16LE(cluster * 2);
  const pair = table.readUInt16LE(Math.floor((cluster * 3) / 2));
  return cluster % 2 === 0 ? pair & 0xfff : pair >> 4;
}

function sumName(short: Buffer): number {
  return short.reduce((sum, byte) => (((sum << 7) | (sum >> 1)) + byte) & 0xff, 0);
}
