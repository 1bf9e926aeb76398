// Many steps of the network at once: where each is a plain command, one small process starts them all, instead of us one by one.

import type { Step } from '../core/plan.ts';
import { executorFor } from '../executors/index.ts';
import { runNetworkCommandsInTurn } from '../executors/net-commands.ts';
import type { Host } from '../host/host.ts';
import { type EarlyResult, shareResults } from './early-result.ts';

/** With fewer there is nothing to gain. */
const fewest = 8;
/** They share one deadline, and a signal is heard after them. */
const most = 64;

/**
 * Applies the first of `steps` and those that follow it, as far as they are plain commands that are called for; `isFree` tells of a step
 * whether nothing but the others speaks against it. Empty, and nothing done, where they are few. A step that failed is the last one.
 */
export function applyTogether(
  steps: readonly Step[],
  host: Host,
  isFree: (step: Step) => boolean,
): ReadonlyMap<string, EarlyResult> {
  const chosen: { readonly id: string; readonly commands: readonly (readonly string[])[] }[] = [];
  for (const step of steps) {
    const commands = chosen.length < most && isFree(step) ? listCommands(step, host) : undefined;
    if (commands === undefined) break;
    chosen.push({ id: step.id, commands });
  }
  if (chosen.length < fewest) return new Map();
  const startedAt = host.monotonic();
  const done = runNetworkCommandsInTurn(
    host,
    chosen.flatMap(({ commands }) => commands),
  );
  return shareResults(chosen, { ...done, startedAt, ms: host.monotonic() - startedAt });
}

function listCommands({ action }: Step, host: Host): readonly (readonly string[])[] | undefined {
  const commands = executorFor(action).plainCommands?.(action, host);
  return commands?.every(([name = '']) => host.which(name) !== undefined) ? commands : undefined;
}
