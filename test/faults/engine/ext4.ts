// Where the parts of a small ext4 image are (Linux: Documentation/filesystems/ext4), so that one bit of each can be flipped.

const superBlock = 1024;
const blockBytes = 1024;
/** Follows the super block where blocks are of 1024 bytes. */
const groupDescriptor = 2 * blockBytes;

/** A bit of the image: offset in bytes, and which of its eight. */
export type Bit = { readonly part: string; readonly offset: number; readonly bit: number };

/** Super block: counts, sizes, features. Left out: the volume label, by which the drive is found, and the answer to errors, which can be to stop the machine. */
const superBlockBytes = [
  ...[
    0,
    4,
    8,
    20,
    24,
    25,
    28,
    32,
    40,
    44,
    56,
    58,
    76,
    80,
    84,
    88,
    90,
    92,
    93,
    96,
    97,
    98,
    100,
    101,
    120 + 16,
    206,
    224,
  ],
  ...[236, 252, 254, 256, 260, 264, 336, 360, 372, 380, 624, 1020],
];

const groupBytes = [0, 4, 8, 9, 12, 14, 16, 18, 28, 30];

/** Of an inode: mode, owner, size, links, blocks, flags, the extent header and its first extent, generation. */
const inodeBytes = [0, 1, 2, 4, 5, 26, 28, 32, 34, 40, 42, 44, 46, 48, 52, 56, 58, 60, 100];

const spread = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 17, 23];

/** Bits of the metadata: super block, group descriptor, the inodes of `names` and of their folders, and the folders that hold them. */
export function listMetadataBits(image: Buffer, names: readonly string[]): Bit[] {
  const table = image.readUInt32LE(groupDescriptor + 8) * blockBytes;
  const inodeSize = image.readUInt16LE(superBlock + 88);
  const bits: Bit[] = [];
  const add = (part: string, start: number, offsets: readonly number[]): void => {
    offsets.forEach((offset, index) => {
      bits.push({ part: `${part}/${offset}`, offset: start + offset, bit: (index * 3 + offset) % 8 });
    });
  };
  add('super-block', superBlock, superBlockBytes);
  add('group', groupDescriptor, groupBytes);
  add('root-inode', table + inodeSize, inodeBytes);
  for (const name of names) {
    const entry = findEntry(image, name);
    // inode, rec_len, name_len, file_type, name
    add(`entry-of-${name}`, entry, spread);
    add(`inode-of-${name}`, table + (image.readUInt32LE(entry) - 1) * inodeSize, inodeBytes);
  }
  return bits;
}

export function flip(image: Buffer, { offset, bit }: Bit): Buffer {
  const copy = Buffer.from(image);
  copy[offset] = (copy[offset] ?? 0) ^ (1 << bit);
  return copy;
}

function findEntry(image: Buffer, name: string): number {
  const length = Buffer.byteLength(name);
  for (let at = image.indexOf(name); at >= 0; at = image.indexOf(name, at + 1)) {
    const isEntry = at % 4 === 0 && image[at - 2] === length && [1, 2].includes(image[at - 1] ?? 0);
    if (isEntry) return at - 8;
  }
  throw new Error(`the image has no ${name}`);
}
