// Reads a mounted drive as hostile data: regular files below its root only, no link followed anywhere on the way, no FIFO waited for,
// never more than asked. Folders are opened one by one, so that names cannot be swapped in between.

import * as fs from 'node:fs';
import type { DriveFile, DriveReader } from '../datasources/drive-reader.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;
const listLimit = 10_000;

/** Reads below `root`, an existing folder: a mount point, or the folder given with --source. */
export function createDriveReader(root: string): DriveReader {
  return {
    read(path, limitBytes) {
      try {
        return withOpenPath(root, path, 0, (file) => readRegularFile(file, limitBytes));
      } catch (error) {
        return explain(error);
      }
    },
    list(path) {
      try {
        return withOpenPath(root, path, O_DIRECTORY, (folder) =>
          fs.readdirSync(`/proc/self/fd/${folder}`).slice(0, listLimit).sort(),
        );
      } catch {
        return [];
      }
    },
  };
}

function withOpenPath<T>(root: string, path: string, flags: number, body: (descriptor: number) => T): T {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..' || part.includes('\0'))) {
    throw Object.assign(new Error('path leaves the drive'), { code: 'EXDEV' });
  }
  const open: number[] = [fs.openSync(root, O_RDONLY | O_DIRECTORY)];
  try {
    parts.forEach((part, index) => {
      const last = index === parts.length - 1;
      const wanted = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | (last ? flags : O_DIRECTORY);
      open.push(fs.openSync(`/proc/self/fd/${open.at(-1)}/${part}`, wanted));
    });
    return body(open.at(-1) as number);
  } finally {
    for (const descriptor of open) fs.closeSync(descriptor);
  }
}

function readRegularFile(file: number, limitBytes: number): DriveFile {
  const stat = fs.fstatSync(file);
  if (!stat.isFile()) return { state: 'refused', reason: `not a regular file but ${nameKind(stat)}`, overLimit: false };
  if (stat.size > limitBytes) return tooLarge(limitBytes);
  // One byte more than the size that was promised shows a file that grows while it is read.
  const buffer = new Uint8Array(stat.size + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = fs.readSync(file, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  if (length !== stat.size) return { state: 'refused', reason: 'changed while it was read', overLimit: false };
  return { state: 'read', bytes: buffer.subarray(0, length) };
}

function tooLarge(limitBytes: number): DriveFile {
  return { state: 'refused', reason: `larger than the limit of ${limitBytes} bytes`, overLimit: true };
}

function nameKind(stat: fs.Stats): string {
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}

function explain(error: unknown): DriveFile {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  if (code === 'ENOENT') return { state: 'absent' };
  const reasons: Record<string, string> = {
    ELOOP: 'a symbolic link, which is not followed',
    ENOTDIR: 'a part of its path is not a folder',
    EXDEV: 'its path leaves the drive',
    EIO: 'the medium cannot be read (EIO)',
    ENXIO: 'not a regular file but a socket or device',
    ENAMETOOLONG: 'its name is too long',
  };
  return { state: 'refused', reason: reasons[code] ?? `cannot be read (${code})`, overLimit: false };
}
