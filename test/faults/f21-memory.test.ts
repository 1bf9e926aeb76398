// F21: the memory is not enough. Whatever becomes of the run, nothing is half made, and with enough of it the next one comes to the usual end.
// Where not even the threads of the runtime get their stacks, Node waits for ever for the one that it could not start, before it reads a line
// of ours: the run has then done nothing, and ends at the signal that the unit's time limit sends.
import assert from 'node:assert/strict';
import { assertReleased } from '../support/main-job.ts';
import { assertSameEnd, incidental, readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { type Reference, settleAfterKill } from './engine/recovery.ts';
import { typical, withStory } from './engine/story.ts';

/** MiB. Limits of memory that is mapped, which V8 takes far more of than it uses; docs/performance.md names the least that works. */
const kinds = [
  {
    kind: 'data',
    sizes: [8, 16, 24, 32, 40, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 704, 768],
    // Four workers of V8 and a timer have stacks of 8 MiB each.
    threadsFrom: 48,
    worksFrom: 640,
  },
  { kind: 'as', sizes: [256, 512, 768, 1024, 1280, 1536, 1792, 2048], threadsFrom: 0, worksFrom: 1280 },
] as const;

type Limit = { readonly limit: string; readonly hasThreads: boolean; readonly isEnough: boolean };

async function runCase({ limit, hasThreads, isEnough }: Limit, reference: Reference): Promise<void> {
  await withStory(typical, async (box) => {
    const untouched = box.digest(incidental);
    const result = await box.run(['prlimit', limit, 'guest-init', 'run'], {
      timeoutMs: 30_000,
      ...(hasThreads ? {} : { signalAfter: { ms: 5000, signal: 'SIGTERM' } }),
    });
    const said = `${limit}\n${result.status ?? result.signal}\n${result.stdout}${result.stderr}`;
    assert.equal(result.timedOut, false, said);
    if (result.signal === 'SIGTERM') {
      assert.equal(result.stdout + result.stderr, '', said);
      assert.deepEqual([...box.digest(incidental)], [...untouched], said);
    }
    if (isEnough) assert.equal(result.status, 0, said);
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
  concurrency: 2,
  async listCases() {
    const reference = await readReference(typical);
    return kinds.flatMap(({ kind, sizes, threadsFrom, worksFrom }) =>
      sizes.map((mib): FaultCase => {
        const limit = `--${kind}=${mib * 1024 ** 2}`;
        const given = { limit, hasThreads: mib >= threadsFrom, isEnough: mib >= worksFrom };
        return { id: `${kind}/${mib}-mib`, run: () => runCase(given, reference) };
      }),
    );
  },
});
