// F01: SIGKILL at every system call that changes something (reliability.md I1, I3, I4, I6). One file of tests a story, so that they share
// the cores.
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { nameMoment } from './engine/moments.ts';
import { assertRecovers, type Comeback, comebacks, settleAfterKill } from './engine/recovery.ts';
import type { Story } from './engine/story.ts';
import { strike } from './engine/strike.ts';
import { listTargets, type Target } from './engine/targets.ts';

function runKill({ story, moment, reference }: Target, comeback: Comeback): Promise<void> {
  return strike(story, moment, 'signal=KILL', async (box) => {
    await settleAfterKill(box, reference, comeback);
    await assertRecovers(box, story, reference);
  });
}

/** Every moment of the story's job, each with the service started again and with the machine rebooted. */
export function defineKills(story: Story, sample: number): Promise<void> {
  return defineGroup({
    group: 'F01',
    title: `kill at every changing call: ${story.name}`,
    sample,
    async listCases() {
      const targets = await listTargets(story);
      return targets.flatMap((target): FaultCase[] =>
        comebacks.map((comeback) => ({
          id: `${story.name}/${comeback}/${nameMoment(target.moment)}`,
          run: () => runKill(target, comeback),
        })),
      );
    },
  });
}
