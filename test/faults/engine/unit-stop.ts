// What systemd does after the main process was killed: the rest of the control group dies, then the unit's stop step runs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../support/sandbox.ts';

const unitFile = join(import.meta.dirname, '../../../packaging/systemd/guest-init.service');

/**
 * Ends every process but the guest's first one and the calling shell, which are not in the service's control group, and waits until they are
 * gone, as systemd does: a mount(2) under way ends before its process.
 */
const killTheRest = `n=0
while [ $n -lt 200 ]; do
  left=
  for p in /proc/[0-9]*; do
    p=\${p#/proc/}
    c=$(tr "\\0" " " < /proc/$p/cmdline 2>/dev/null)
    case $p:$c in 1:*|$$:*|*:|*"sleep 86399"*) ;; *) kill -9 $p 2>/dev/null && left=1 ;; esac
  done
  [ -n "$left" ] || break
  sleep 0.05
  n=$((n + 1))
done`;

function readStopCommand(): string {
  const line = /^ExecStopPost=-?\/bin\/sh -c '(.+)'$/m.exec(readFileSync(unitFile, 'utf8'))?.[1];
  assert.ok(line, 'the unit has a stop step');
  return line;
}

const stopCommand = readStopCommand();

/** Runs both; the drive is unmounted afterwards. */
export async function stopUnit(box: Sandbox): Promise<void> {
  await box.run(['sh', '-c', `${killTheRest}\n${stopCommand}`]);
}
