// F02: killed, and killed again while it recovers. The third boot comes to the usual end.
import assert from 'node:assert/strict';
import { readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase, spread } from './engine/matrix.ts';
import { listMoments, type Moment, runTraced } from './engine/moments.ts';
import { assertRecovers, type Comeback, comebacks, type Reference, settleAfterKill } from './engine/recovery.ts';
import { countRuns, type Story, stories, withStory } from './engine/story.ts';

type Pair = {
  readonly story: Story;
  readonly reference: Reference;
  readonly first: Moment;
  readonly second: Moment;
  readonly comeback: Comeback;
};

/** Kills the run at the moment, or earlier where it has fewer such calls. False when it ended by itself. */
async function runPair({ story, reference, first, second, comeback }: Pair, secondWhen: number): Promise<boolean> {
  return withStory(story, async (box) => {
    const killed = await runTraced(box, ['guest-init', 'run'], {
      injection: { call: first.call, when: Math.max(1, first.when - 2), effect: 'signal=KILL' },
    });
    assert.equal(killed.signal, 'SIGKILL');
    await settleAfterKill(box, reference, comeback);
    const again = await runTraced(box, ['guest-init', 'run'], {
      injection: { call: second.call, when: secondWhen, effect: 'signal=KILL' },
    });
    if (again.signal !== 'SIGKILL') return false;
    const done = countRuns(box, story);
    await settleAfterKill(box, reference, comeback);
    await assertRecovers(box, story, reference, done);
    return true;
  });
}

async function runCase(pair: Pair): Promise<void> {
  // A recovery has less to do than the job had: the later half of its calls never comes.
  for (let when = pair.second.when; when > 0; when = Math.floor(when / 2)) {
    if (await runPair(pair, when)) return;
  }
  // Not one such call in the recovery: there was nothing left to do, which the first kill's own case holds.
  assert.ok(
    ['symlink', 'fchown', 'chown', 'link', 'mkdir', 'chmod', 'rename'].includes(pair.second.call),
    pair.second.call,
  );
}

const pairsPerStory = 100;

await defineGroup({
  group: 'F02',
  title: 'a second kill while it recovers',
  sample: 20,
  async listCases() {
    const cases: FaultCase[] = [];
    for (const story of stories) {
      const reference = await readReference(story);
      const moments = await listMoments(story);
      spread(moments, pairsPerStory).forEach((first, index) => {
        // Steps that have no common factor with the count go through all combinations of early and late.
        const second = moments[(index * 37 + 11) % moments.length] ?? first;
        const comeback = comebacks[index % comebacks.length] ?? 'reboot';
        cases.push({
          id: `${story.name}/${comeback}/${first.call}/${first.when}/${second.call}/${second.when}`,
          run: () => runCase({ story, reference, first, second, comeback }),
        });
      });
    }
    return cases;
  },
});
