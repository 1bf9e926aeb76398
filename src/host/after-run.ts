// Starts a command behind our back: it waits until this process has gone, whose drive, record and lock are then all in order.

import type { AfterRun } from '../core/action.ts';
import { startProcess } from './child-process.ts';
import { fixedEnvironment } from './commands.ts';

/** Set where a run is only tried out: nothing is then started behind it. */
export const rehearsalVariable = 'GUEST_INIT_REHEARSAL';

/** `$1` process to wait for, `$2` tenths of a second; then the command. Not every sleep(1) knows fractions. */
const waiter = `left=$2; while [ "$left" -gt 0 ] && kill -0 "$1" 2>/dev/null; do
  if sleep 0.1 2>/dev/null; then left=$((left - 1)); else sleep 1; left=$((left - 10)); fi
done
shift 2
exec "$@"`;

/** A session of its own, so that nothing that ends with this process ends it as well. */
export function startAfterRun({ argv, timeoutMs }: AfterRun): void {
  if (process.env[rehearsalVariable] !== undefined) return;
  const words = ['-c', waiter, 'guest-init', String(process.pid), String(Math.ceil(timeoutMs / 100)), ...argv];
  const stdio = ['ignore', 'ignore', 'ignore'] as const;
  startProcess('/bin/sh', words, { detached: true, stdio, cwd: '/', env: fixedEnvironment }).leave();
}
