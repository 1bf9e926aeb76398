// No core dump of this process: its memory holds passwords, keys and user_data. The unit sees to that by LimitCORE=; who starts it by hand may
// have another limit. Node cannot set RLIMIT_CORE, prlimit(1) can; and as not every guest has that, /proc/self/coredump_filter (core(5)) leaves
// all memory out besides. Registers would then still be in a dump: enough for a line of text.

import * as fs from 'node:fs';
import { findCommand, runCommand } from './commands.ts';

const filter = '/proc/self/coredump_filter';
/** No kind of mapping at all. */
const nothing = '0';
const patienceMs = 5000;

let usual: string | undefined;

/** From now on this process and the fixed commands that it starts leave no core dump, or one without memory where prlimit(1) is missing. */
export function forbidCoreDumps(): void {
  try {
    usual ??= `0x${fs.readFileSync(filter, 'latin1').trim()}`;
    fs.writeFileSync(filter, nothing);
    if (/^Max core file size +0 /m.test(fs.readFileSync('/proc/self/limits', 'latin1'))) return;
  } catch {
    // Without /proc, or in a kernel built without core dumps.
    return;
  }
  const prlimit = findCommand('prlimit', '');
  if (prlimit === undefined) return;
  try {
    runCommand([prlimit, `--pid=${process.pid}`, '--core=0:'], { timeoutMs: patienceMs });
  } catch {
    // What cannot be started leaves the filter.
  }
}

/** Starts something that may be a daemon of the user: what it puts into a dump, should it ask for one, is what this process had at first. */
export function withUsualDumps<T>(start: () => T): T {
  if (usual === undefined) return start();
  try {
    // The kernel copies it at the exec, before which spawn does not return.
    fs.writeFileSync(filter, usual);
    return start();
  } finally {
    fs.writeFileSync(filter, nothing);
  }
}
