// What a run owes however it was disturbed: no crash, an exit code of the table, and a verdict that agrees with what is there.
import assert from 'node:assert/strict';
import { exitCodes } from '../../../src/core/error.ts';
import type { RunResult } from '../../support/command-inside.ts';
import { assertReleased } from '../../support/main-job.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import { readEndState } from './end-state.ts';
import type { Reference } from './recovery.ts';

/** How a disturbed run ended. `fault`: what was done to it, for people. */
export type Ended = RunResult & { readonly fault: string };

const known: readonly number[] = Object.values(exitCodes);

/** No crash, no stack trace, no exit code that the table does not have, a last line that says it, and a drive that is released. `isAlone`: nothing else runs in the guest. */
export function assertCleanEnd(box: Sandbox, ended: Ended, { isAlone = true } = {}): string {
  const said = `${ended.fault}\n${ended.status ?? ended.signal}\n${ended.stdout}${ended.stderr}`;
  assert.equal(ended.timedOut, false, said);
  assert.equal(ended.signal, null, said);
  assert.doesNotMatch(said, /internal error|^\s+at .*:\d+:\d+\)?$/m, said);
  assert.ok(known.includes(ended.status ?? -1), said);
  if (isAlone) assertReleased(box, said);
  else assert.deepEqual(box.driveMounts(), [], said);
  return said;
}

/** A file of the drive could not be read: what it says is not known, and so not applied. */
const isAboutDrive = (fault: string): boolean => fault.includes('/run/guest-init/private/drive');

/** As above, and: what is said to be applied is applied, and one fault costs one step and what needs it. */
export function assertHonest(box: Sandbox, ended: Ended, reference: Reference): void {
  const said = assertCleanEnd(box, ended);
  const end = readEndState(box);
  const wanted = reference.end;
  const { degraded, ok, networkRolledBack, stateUnwritable } = exitCodes;
  const hasNetwork = JSON.stringify(end.network) === JSON.stringify(wanted.network);
  if (ended.status === ok) {
    assert.deepEqual([...end.digest], [...wanted.digest], said);
    assert.ok(hasNetwork, said);
  } else if (ended.status === stateUnwritable && /^ {2}early$/m.test(ended.stdout)) {
    // Forgetting is all that is wrong.
    assert.deepEqual([...end.digest], [...wanted.digest], said);
    assert.ok(hasNetwork, said);
  } else if (ended.status === degraded) {
    assert.match(ended.stdout, /^guest-init: DEGRADED /m, said);
    assert.ok(hasNetwork || isAboutDrive(ended.fault), said);
  } else {
    assert.match(ended.stdout + ended.stderr, new RegExp(`^guest-init: FAILED \\(${ended.status}\\) `, 'm'), said);
    if (ended.status === networkRolledBack) assert.deepEqual(end.network, { addresses: [], routes: [] }, said);
  }
  const failed = ended.stdout.split('\n').filter((line) => line.startsWith('  x '));
  assert.ok(failed.length <= 1, `${failed.join('\n')}\n${said}`);
}
