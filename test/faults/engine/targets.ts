// What a group of faults aims at: the moments of a story, each in the guest where it can be met again.
import { readReference } from './end-state.ts';
import { changingCalls, isChanging, isExact, listMoments, type Moment } from './moments.ts';
import type { Reference } from './recovery.ts';
import { calm, type Story } from './story.ts';

export type Target = {
  readonly story: Story;
  readonly reference: Reference;
  readonly moment: Moment;
  /** Of the job that comes before, 0 to 1. */
  readonly share: number;
};

/** In the order of the job. Moments that only their number tells are those of the calm story. */
export async function listTargets(
  story: Story,
  isOfInterest: (line: string) => boolean = isChanging,
  calls: readonly string[] = changingCalls,
): Promise<Target[]> {
  const variants = [
    { variant: story, isMeant: isExact },
    { variant: calm(story), isMeant: (moment: Moment) => !isExact(moment) },
  ];
  const targets: Target[] = [];
  for (const { variant, isMeant } of variants) {
    const moments = await listMoments(variant, isOfInterest, calls);
    if (!moments.some(isMeant)) continue;
    const reference = await readReference(variant);
    moments.forEach((moment, index) => {
      if (isMeant(moment)) targets.push({ story: variant, reference, moment, share: index / moments.length });
    });
  }
  return targets.sort((a, b) => a.share - b.share);
}
