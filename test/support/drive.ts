// Drive images for sandboxes: an ext4 file system made from a folder, because it is the one that every test kernel can mount.
// Real media (iso9660, vfat) are the VM tier's business; the tree is the same.
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from './command.ts';

/** What a path of the drive is. A string or bytes: a regular file. An object value that is none of the special ones: JSON. */
export type DriveEntry =
  | string
  | Uint8Array
  | { readonly symlink: string }
  | { readonly fifo: true }
  | { readonly device: 'char' | 'block'; readonly major: number; readonly minor: number }
  | { readonly folder: true }
  /** A file without data blocks, of this many bytes. */
  | { readonly sparse: number }
  | { readonly json: unknown };

/** Paths relative to the root of the drive. */
export type DriveTree = Readonly<Record<string, DriveEntry>>;

export type DriveOptions = {
  readonly tree: DriveTree;
  /** File system label; null for none. */
  readonly label?: string | null;
  /** Of the file system, in mke2fs's words: `^metadata_csum`. */
  readonly features?: string;
  /** Gives the bytes of the drive, from those of the image that was made of `tree`. */
  readonly alter?: (made: Buffer) => Uint8Array;
  /** Overwrites the super block, so that the kernel refuses to mount it. */
  readonly damagedFileSystem?: boolean;
};

/** Makes `image` from `options.tree`, by way of the new folder `folder`. */
export function buildDriveImage(options: DriveOptions & { image: string; folder: string }): void {
  const { tree, image, folder } = options;
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  let bytes = 0;
  for (const [path, entry] of Object.entries(tree)) bytes += placeEntry(join(folder, path), entry);
  const label = options.label === undefined ? 'config-2' : options.label;
  const kib = Math.max(1024, 512 + 2 * Object.keys(tree).length + Math.ceil((bytes * 1.2) / 1024));
  const argv = [
    'mke2fs',
    '-q',
    '-F',
    '-t',
    'ext4',
    '-O',
    ['^has_journal', options.features].filter((word) => word !== undefined).join(','),
    '-N',
    String(256 + 2 * Object.keys(tree).length),
    '-b',
    '1024',
  ];
  if (label !== null) argv.push('-L', label);
  runTool([...argv, '-d', folder, image, `${kib}k`]);
  if (options.damagedFileSystem) damageSuperBlock(image);
  if (options.alter !== undefined) writeFileSync(image, options.alter(readFileSync(image)));
}

/** Gives the bytes that the entry takes on the drive. */
function placeEntry(path: string, entry: DriveEntry): number {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof entry === 'string' || entry instanceof Uint8Array) {
    writeFileSync(path, entry, { mode: 0o644 });
    return Buffer.byteLength(entry);
  }
  if ('symlink' in entry) symlinkSync(entry.symlink, path);
  else if ('fifo' in entry) runTool(['mkfifo', path]);
  else if ('device' in entry) {
    runTool(['mknod', path, entry.device === 'char' ? 'c' : 'b', String(entry.major), String(entry.minor)]);
  } else if ('folder' in entry) mkdirSync(path, { recursive: true });
  else if ('sparse' in entry) {
    const descriptor = openSync(path, 'w', 0o644);
    ftruncateSync(descriptor, entry.sparse);
    closeSync(descriptor);
  } else return placeEntry(path, `${JSON.stringify(entry.json, null, 1)}\n`);
  return 0;
}

/** The label stays readable (it ends the first 136 bytes of the super block at 1024); the tables that it points to make no sense. */
function damageSuperBlock(image: string): void {
  const descriptor = openSync(image, 'r+');
  writeSync(descriptor, Buffer.alloc(64, 0xff), 0, 64, 2048);
  writeSync(descriptor, Buffer.from([0xff, 0xff, 0xff, 0x7f]), 0, 4, 1024 + 4);
  closeSync(descriptor);
}
