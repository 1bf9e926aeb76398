// F01: SIGKILL at every system call that changes something (reliability.md I1, I3, I4, I6). One file of tests a story, so that they share
// the cores.
import assert from 'node:assert/strict';
import { readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { describeMoment, listMoments, type Moment, runTraced } from './engine/moments.ts';
import { assertRecovers, type Comeback, comebacks, type Reference, settleAfterKill } from './engine/recovery.ts';
import { countRuns, type Story, withStory } from './engine/story.ts';

type Kill = {
  readonly story: Story;
  readonly moment: Moment;
  readonly comeback: Comeback;
  readonly reference: Reference;
};

/** False when the run ended before the call came: reading the output of commands takes a call more or less from run to run. */
async function killAt({ story, moment, comeback, reference }: Kill, when: number): Promise<boolean> {
  return withStory(story, async (box) => {
    const injection = { call: moment.call, when, effect: 'signal=KILL' };
    const killed = await runTraced(box, ['guest-init', 'run'], { injection });
    if (killed.signal !== 'SIGKILL') return false;
    const done = countRuns(box, story);
    await settleAfterKill(box, reference, comeback);
    await assertRecovers(box, story, reference, done);
    return true;
  });
}

async function runKill(kill: Kill): Promise<void> {
  for (let when = kill.moment.when; when > Math.max(0, kill.moment.when - 4); when -= 1) {
    if (await killAt(kill, when)) return;
  }
  assert.fail(`no kill happened at ${describeMoment(kill.moment)}`);
}

/** Every moment of the story's job, each with the service started again and with the machine rebooted. */
export function defineKills(story: Story, sample: number): Promise<void> {
  return defineGroup({
    group: 'F01',
    title: `kill at every changing call: ${story.name}`,
    sample,
    async listCases() {
      const reference = await readReference(story);
      const moments = await listMoments(story);
      return moments.flatMap((moment): FaultCase[] =>
        comebacks.map((comeback) => ({
          id: `${story.name}/${comeback}/${moment.call}/${moment.when}`,
          run: () => runKill({ story, moment, comeback, reference }),
        })),
      );
    },
  });
}
