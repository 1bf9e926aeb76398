// F21: the memory is not enough. Whatever becomes of the run, nothing is half made, and with enough of it the next one comes to the usual end.
import assert from 'node:assert/strict';
import { assertReleased } from '../support/main-job.ts';
import { assertSameEnd, readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { type Reference, settleAfterKill } from './engine/recovery.ts';
import { typical, withStory } from './engine/story.ts';

/** MiB; a run of the typical document needs some 45 MiB of data. */
const data = [8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 72, 80, 96];
const addresses = [256, 512, 768, 1024, 1536, 2048];

async function runCase(limit: string, reference: Reference): Promise<void> {
  await withStory(typical, async (box) => {
    const result = await box.run(['prlimit', limit, 'guest-init', 'run'], { timeoutMs: 30_000 });
    const said = `${limit}\n${result.status ?? result.signal}\n${result.stdout}${result.stderr}`;
    assert.equal(result.timedOut, false, said);
    if (result.status === 0) return assertSameEnd(box, reference.end, said);
    await settleAfterKill(box, reference, 'restart');
    // A step that failed for want of memory is done again only when that is asked for.
    const again = await box.run(['guest-init', 'run']);
    const forced = again.status === 0 ? again : await box.run(['guest-init', 'run', '--force']);
    const saidThen = `${said}\nthen ${again.status}, ${forced.status}\n${forced.stdout}${forced.stderr}`;
    assert.equal(forced.status, 0, saidThen);
    assertReleased(box, saidThen);
  });
}

await defineGroup({
  group: 'F21',
  title: 'too little memory',
  sample: 8,
  async listCases() {
    const reference = await readReference(typical);
    const toCase = (limit: string): FaultCase => ({
      id: limit.replace(/^--/, '').replace('=', '/'),
      run: () => runCase(limit, reference),
    });
    return [
      ...data.map((mib) => toCase(`--data=${mib * 1024 ** 2}`)),
      ...addresses.map((mib) => toCase(`--as=${mib * 1024 ** 2}`)),
    ];
  },
});
