// SIGKILL while a command runs, and without the unit's stop step: the drive is unmounted all the same, and what was done is not repeated
// (reliability.md I1, I6). Kills at every system call that changes something are the fault matrix's: test/faults/f01-kill.ts.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopUnit } from '../faults/engine/unit-stop.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

/** Runs to the end after a kill. */
async function recover(box: Sandbox): Promise<string> {
  const result = await box.run(['guest-init', 'run']);
  return `${result.status}\n${result.stdout}${result.stderr}`;
}

/** How often each command has run; one that was cut may run twice, a finished one may not. */
function countRuns(box: Sandbox): number[] {
  return ['first', 'second', 'third'].map(
    (name) => (box.readFileIfAny(`/root/${name}`) ?? '').split('\n').filter((line) => line !== '').length,
  );
}

describe('SIGKILL', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('while a command runs: done ones are not repeated, the cut one is', async () => {
    const slow = userDataTree(
      '#cloud-config\nruncmd:\n  - echo first >> /root/first\n  - echo second >> /root/second; test -e /root/go || sleep 20\n  - echo third >> /root/third\n',
    );
    await withSandbox(describeSandbox({ tree: slow }), async (box) => {
      const running = box.run(['guest-init', 'run']);
      for (let tries = 0; tries < 100 && box.stat('/root/second') === undefined; tries += 1) await sleep(50);
      await sleep(200);
      await box.exec(['sh', '-c', 'kill -9 $(pidof guest-init)']);
      assert.equal((await running).signal, 'SIGKILL');
      assert.deepEqual(box.driveMounts(), ['/run/guest-init/private/drive']);
      await stopUnit(box);
      assertReleased(box, 'after the stop step');
      box.writeFile('/root/go', '');
      const said = await recover(box);
      assert.match(said, /^0\n/, said);
      assert.deepEqual(countRuns(box), [1, 2, 1]);
      assertReleased(box, said);
    });
  });

  it('without the stop step: the next run takes the mount down itself', async () => {
    const slow = userDataTree('#cloud-config\nruncmd: [touch /root/first; test -e /root/go || sleep 20]\n');
    await withSandbox(describeSandbox({ tree: slow }), async (box) => {
      const running = box.run(['guest-init', 'run']);
      for (let tries = 0; tries < 100 && box.stat('/root/first') === undefined; tries += 1) await sleep(50);
      await box.exec(['sh', '-c', 'kill -9 $(pidof guest-init)']);
      await running;
      assert.equal(box.driveMounts().length, 1);
      box.writeFile('/root/go', '');
      const said = await recover(box);
      assert.match(said, /^0\n/, said);
      assert.deepEqual(box.driveMounts(), []);
    });
  });
});
