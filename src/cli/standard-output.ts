// Writes to the standard output at once: what process.stdout still holds of it when the process ends is lost, and a pipe takes 64 KiB.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { sleepSync } from '../host/sleep.ts';

const retryMs = 5;

/** Waits for a slow reader; one that has gone is not written to. Text goes out as UTF-8. Throws AgentError 1. */
export function writeOutput(content: string | Uint8Array): void {
  let rest: Uint8Array = typeof content === 'string' ? Buffer.from(content) : content;
  while (rest.length > 0) rest = rest.subarray(writeSome(rest));
}

/** Bytes that need not be written again. */
function writeSome(bytes: Uint8Array): number {
  try {
    return fs.writeSync(1, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') return bytes.length;
    if (code !== 'EAGAIN')
      throw new AgentError(exitCodes.internal, `the standard output cannot be written to (${code})`, { cause: error });
    sleepSync(retryMs);
    return 0;
  }
}
