// Reads a file of the guest for root. Whoever owns a folder on the way could put a link in it that leads to somebody else's file, or a FIFO
// that nobody writes to: a link is followed only where root alone can have made it,
// and what is no regular file, or takes the memory of a small guest, is not read.

import * as fs from 'node:fs';
import { readUpTo } from './bounded-read.ts';
import { openTrusted } from './trusted-folder.ts';

const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = fs.constants;

/** Of a file that is not root's: more than a drive can ever put into one. */
const limitOfOthers = 64 * 1024 * 1024;

/**
 * Its content. Throws the system's error; ELOOP for a link that is not followed, EINVAL for what is no regular file, EFBIG for one of somebody
 * else of more than 64 MiB.
 */
export function readTrustedFile(path: string): Uint8Array {
  const file = openTrusted(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) throw Object.assign(new Error(`${path}: no regular file`), { code: 'EINVAL' });
    if (stat.uid === 0) return fs.readFileSync(file);
    const bytes = readUpTo(file, limitOfOthers);
    if (bytes === undefined) throw Object.assign(new Error(`${path}: too large`), { code: 'EFBIG' });
    return bytes;
  } finally {
    fs.closeSync(file);
  }
}
