// The one way in which a command that only looks tells that it could not.

import { AgentError, exitCodes } from '../core/error.ts';
import { cleanLine } from './terminal.ts';

/** Runs `body` and gives its exit code; a failure of the world becomes one line on standard error and its own code. */
export async function reportFailure(body: () => Promise<number> | number): Promise<number> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    const hint = error.hint === undefined || error.hint === '' ? '' : `; ${error.hint}`;
    process.stderr.write(`${cleanLine(`guest-init: ${error.message}${hint}`)}\n`);
    return error.code === exitCodes.ok ? exitCodes.internal : error.code;
  }
}
