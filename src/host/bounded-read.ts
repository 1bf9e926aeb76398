// Reads a file that may grow while it is read: its size is only what it was a moment ago, and Node's own functions go by it or have no bound.

import * as fs from 'node:fs';

const chunkBytes = 64 * 1024;

/** What is left to read of an open file; undefined when that is more than `limitBytes`. Throws the system's error. */
export function readUpTo(file: number, limitBytes: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, limitBytes - total + 1));
    const count = fs.readSync(file, chunk);
    if (count === 0) return Buffer.concat(chunks, total);
    total += count;
    if (total > limitBytes) return undefined;
    chunks.push(chunk.subarray(0, count));
  }
}
