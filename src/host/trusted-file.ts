// Reads a file of the guest for root. Whoever owns a folder on the way could put a link in it that leads to somebody else's file, or a FIFO
// that nobody writes to: a link is followed only where root alone can have made it, and what is no regular file is not read.

import * as fs from 'node:fs';
import { openTrusted } from './trusted-folder.ts';

const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = fs.constants;

/** Its content. Throws the system's error; ELOOP for a link that is not followed, EINVAL for what is no regular file. */
export function readTrustedFile(path: string): Uint8Array {
  const file = openTrusted(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    if (!fs.fstatSync(file).isFile()) throw Object.assign(new Error(`${path}: no regular file`), { code: 'EINVAL' });
    return fs.readFileSync(file);
  } finally {
    fs.closeSync(file);
  }
}
