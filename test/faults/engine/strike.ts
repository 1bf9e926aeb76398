// A fault at exactly one moment of a job. Where the path alone does not tell the moment, the call's number is aimed at, and corrected by what
// the trace shows of the run that was hit elsewhere.
import assert from 'node:assert/strict';
import type { RunResult } from '../../support/command-inside.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import { describeMoment, findPath, type Moment, nameMoment, readTrace, runTraced, toMoments } from './moments.ts';
import { type Story, withStory } from './story.ts';

/** How the run ended that was hit, and the call that was, as strace prints it. */
export type Struck = RunResult & { readonly hit: string };

/**
 * One miss shows where to aim next, and more come when the runs differ again: what libuv writes to itself for the end of a child puts a write
 * at one of up to nine numbers when the machine is busy.
 */
const shots = 60;

/** Does `effect` (strace's words: `signal=KILL`, `error=EIO`) to the story's job at the moment, and then `body`. Throws when the moment never comes. */
export async function strike<T>(
  story: Story,
  moment: Moment,
  effect: string,
  body: (box: Sandbox, struck: Struck) => Promise<T>,
): Promise<T> {
  let aim = moment.when;
  const aims: number[] = [];
  for (let shot = 0; shot < shots; shot += 1) {
    // A descriptor's number can be part of a path: then the call's own number is the way to it.
    const path = shot < 2 ? findPath(moment) : undefined;
    const when = path === undefined ? aim : moment.nth;
    aims.push(when);
    const done = await withStory(story, async (box) => {
      const injection = { call: moment.call, when, effect, ...(path === undefined ? {} : { path }) };
      const result = await runTraced(box, ['guest-init', 'run'], { injection });
      const seen = toMoments(readTrace(box));
      const hit = findHit(seen, effect, result);
      if (hit !== undefined && nameMoment(hit) === nameMoment(moment)) {
        return { value: await body(box, { ...result, hit: hit.line }) };
      }
      if (path === undefined) aim = correct(aim, moment, seen);
      return undefined;
    });
    if (done !== undefined) return done.value;
  }
  return assert.fail(`missed at ${aims.join(', ')}: ${describeMoment(moment)}`);
}

/** A run that was to get an error may be killed as well, by the deadline: what libuv writes to itself must not fail. */
function findHit(seen: readonly Moment[], effect: string, { signal, timedOut }: RunResult): Moment | undefined {
  if (effect !== 'signal=KILL') return seen.find(({ line }) => line.includes('(INJECTED)'));
  return signal === 'SIGKILL' && !timedOut ? seen.at(-1) : undefined;
}

/** Where the moment was in the run that was hit elsewhere; one further when that run did not come to it. */
function correct(aim: number, moment: Moment, seen: readonly Moment[]): number {
  const own = seen.find((candidate) => nameMoment(candidate) === nameMoment(moment));
  return own?.when ?? aim + 1;
}
