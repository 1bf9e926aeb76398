// What became of steps that one small process did together, before the turn of each came.

import type { AgentError } from '../core/error.ts';

/** `ms` is the step's share of the time that all took, `startedAt` a value of host.monotonic(). */
export type EarlyResult = { readonly startedAt: number; readonly ms: number; readonly error?: AgentError };

/**
 * Shares out what is known of commands that ran in turn: `completed` of them ended with 0. The step of the next one has `error`, where there
 * is one, and is the last in the map; nothing is said of those after it.
 */
export function shareResults(
  steps: readonly { readonly id: string; readonly commands: readonly (readonly string[])[] }[],
  { completed, error, startedAt, ms }: EarlyResult & { readonly completed: number },
): ReadonlyMap<string, EarlyResult> {
  const share = ms / steps.length;
  const results = new Map<string, EarlyResult>();
  let left = completed;
  for (const [index, { id, commands }] of steps.entries()) {
    const time = { startedAt: startedAt + index * share, ms: share };
    left -= commands.length;
    if (left < 0) {
      if (error !== undefined) results.set(id, { ...time, error });
      break;
    }
    results.set(id, time);
  }
  return results;
}
