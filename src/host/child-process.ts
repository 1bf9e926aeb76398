// node:child_process and what it brings cost 2.5 ms to load; a boot with nothing to do starts no process.

import type * as ChildProcess from 'node:child_process';

/** The module, loaded at the first call. */
export function loadChildProcess(): typeof ChildProcess {
  return process.getBuiltinModule('node:child_process');
}
