// A drive in memory that keeps to the contract of DriveReader, for tests of datasources.

import type { DriveFile, DriveReader } from '../drive-reader.ts';

/** A string or bytes: a file. An object: its JSON. `refused`: a file that the reader does not hand out. */
export type MemoryDriveEntry = string | Uint8Array | { readonly json: unknown } | { readonly refused: string };

/** Paths are relative to the drive's root. `read` remembers nothing; limits and ".." are kept as on a real drive. */
export function createMemoryDrive(entries: Readonly<Record<string, MemoryDriveEntry>>): DriveReader {
  return {
    read(path, limitBytes): DriveFile {
      if (path.split('/').includes('..')) return refuse('its path leaves the drive');
      const entry = Object.hasOwn(entries, path) ? entries[path] : undefined;
      if (entry === undefined) {
        const isFolder = Object.keys(entries).some((name) => name.startsWith(`${path.replace(/\/$/, '')}/`));
        return isFolder ? refuse('not a regular file but a folder') : { state: 'absent' };
      }
      if (typeof entry === 'object' && 'refused' in entry) return refuse(entry.refused);
      const bytes = encode(entry);
      if (bytes.length <= limitBytes) return { state: 'read', bytes };
      return { state: 'refused', reason: `larger than the limit of ${limitBytes} bytes`, overLimit: true };
    },
    list(path) {
      const prefix = path === '' ? '' : `${path}/`;
      const below = Object.keys(entries).filter((name) => name.startsWith(prefix));
      return [...new Set(below.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))].sort();
    },
  };
}

function refuse(reason: string): DriveFile {
  return { state: 'refused', reason, overLimit: false };
}

function encode(entry: string | Uint8Array | { readonly json: unknown }): Uint8Array {
  if (entry instanceof Uint8Array) return entry;
  return new TextEncoder().encode(typeof entry === 'string' ? entry : JSON.stringify(entry.json));
}
