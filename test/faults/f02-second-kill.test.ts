// F02: killed, and killed again while it recovers. The third boot comes to the usual end.
import assert from 'node:assert/strict';
import { defineGroup, type FaultCase, spread } from './engine/matrix.ts';
import { type Moment, nameMoment, runTraced } from './engine/moments.ts';
import { assertRecovers, type Comeback, comebacks, settleAfterKill } from './engine/recovery.ts';
import { stories } from './engine/story.ts';
import { strike } from './engine/strike.ts';
import { listTargets, type Target } from './engine/targets.ts';

type Pair = {
  readonly first: Target;
  readonly second: Moment;
  readonly comeback: Comeback;
};

/** Kills the run at the moment, and what recovers at its call number `secondWhen`. False when that ended by itself. */
function runPair({ first, second, comeback }: Pair, secondWhen: number): Promise<boolean> {
  const { story, reference, moment } = first;
  return strike(story, moment, 'signal=KILL', async (box) => {
    await settleAfterKill(box, reference, comeback);
    const again = await runTraced(box, ['guest-init', 'run'], {
      injection: { call: second.call, when: secondWhen, effect: 'signal=KILL' },
    });
    if (again.signal !== 'SIGKILL') return false;
    await settleAfterKill(box, reference, comeback);
    await assertRecovers(box, story, reference);
    return true;
  });
}

async function runCase(pair: Pair): Promise<void> {
  // A recovery has less to do than the job had: the later part of its calls never comes.
  const left = 1 - pair.first.share;
  for (let when = Math.ceil(pair.second.when * left); when > 0; when = Math.floor(when / 2)) {
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
      const targets = await listTargets(story);
      spread(targets, pairsPerStory).forEach((first, index) => {
        // Steps that have no common factor with the count go through all combinations of early and late.
        const second = (targets[(index * 37 + 11) % targets.length] ?? first).moment;
        const comeback = comebacks[index % comebacks.length] ?? 'reboot';
        cases.push({
          id: `${story.name}/${comeback}/${nameMoment(first.moment)}/${nameMoment(second)}`,
          run: () => runCase({ first, second, comeback }),
        });
      });
    }
    return cases;
  },
});
