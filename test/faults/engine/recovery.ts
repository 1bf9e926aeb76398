// The recovery that every kill is followed by: the stop step of the unit, a reboot or none, the job again, and what must hold then.
import assert from 'node:assert/strict';
import { assertReleased } from '../../support/main-job.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import type { TreeDigest } from '../../support/tree-digest.ts';
import { assertOldOrNew, assertSameEnd, type EndState } from './end-state.ts';
import { countRuns, type Story } from './story.ts';
import { stopUnit } from './unit-stop.ts';

/** `restart`: the service is started again in the same boot. `reboot`: the machine lost its power. */
export type Comeback = 'restart' | 'reboot';

export const comebacks: readonly Comeback[] = ['restart', 'reboot'];

export type Reference = { readonly before: TreeDigest; readonly end: EndState };

/** Right after a kill: nothing half made is visible, and the stop step releases the drive. */
export async function settleAfterKill(box: Sandbox, reference: Reference, comeback: Comeback): Promise<void> {
  assertOldOrNew(box, reference, 'right after the kill');
  if (comeback === 'reboot') return box.reboot();
  await stopUnit(box);
  assertReleased(box, 'after the stop step');
}

/** The next run comes to the reference's end, repeats no command that was done, and the one after it finds nothing to do. */
export async function assertRecovers(box: Sandbox, story: Story, reference: Reference): Promise<void> {
  // Not right after the kill: a command that it left behind may be at work until the unit is stopped.
  const done = countRuns(box, story);
  const result = await box.run(['guest-init', 'run']);
  const said = `${result.status ?? result.signal}\n${result.stdout}${result.stderr}`;
  assert.equal(result.status, 0, said);
  assertReleased(box, said);
  assertSameEnd(box, reference.end, said);
  const counts = countRuns(box, story);
  counts.forEach((count, index) => {
    // One whose end was not recorded any more is run again, once.
    const isRight = count === 1 || (count === 2 && done[index] === 1);
    assert.ok(isRight, `${story.commands[index]} ran ${count} times, ${done[index]} before\n${said}`);
  });
  assert.ok(counts.filter((count) => count === 2).length <= 1, `${counts.join(', ')}\n${said}`);
  const again = await box.run(['guest-init', 'run']);
  assert.match(again.stdout, /^guest-init: OK .*already applied/m, again.stdout + again.stderr);
  assert.deepEqual(countRuns(box, story), counts);
}
