// Compares the network that was applied to this instance with the live one and restores what is missing: at a later boot, before the
// drive is even looked for. Costs no command when nothing is missing.

import { AgentError, exitCodes } from '../core/error.ts';
import { listTroubles } from '../core/network-check.ts';
import type { Outcome, Step } from '../core/plan.ts';
import { executorFor } from '../executors/index.ts';
import { findHolder } from '../executors/net-probe-memory.ts';
import type { Host } from '../host/host.ts';
import type { InstanceRecord } from '../state/record.ts';
import { awaitRecordedLinks, type NicWait } from './await-nics.ts';
import { describeNetwork } from './verdict.ts';

export type KeptNetwork = {
  /** `eth0 10.0.0.5/24 via 10.0.0.254`. */
  readonly description: string;
  readonly restored: boolean;
  /** What was restored and does not work, in sentences. */
  readonly troubles?: readonly string[];
  readonly failure?: AgentError;
};

/** Each step stands alone: a route that cannot be restored does not take the address away again. */
export async function keepNetwork(record: InstanceRecord, wait: NicWait): Promise<KeptNetwork> {
  const { host } = wait;
  await awaitRecordedLinks(record.networkSteps, wait);
  const outcomes: Outcome[] = [];
  const failed = new Set<string>();
  let failure: AgentError | undefined;
  for (const step of record.networkSteps) {
    try {
      const outcome = await restore(step, host, { outcomes, failed });
      outcomes.push(outcome);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      failed.add(step.id);
      failure ??= error;
    }
  }
  const troubles = outcomes.flatMap(({ checks }) => listTroubles(checks));
  return {
    description: describeNetwork(record.networkSteps, outcomes),
    restored: isRestored(outcomes),
    ...(troubles.length === 0 ? {} : { troubles }),
    ...(failure === undefined ? {} : { failure }),
  };
}

async function restore(
  step: Step,
  host: Host,
  { outcomes, failed }: { outcomes: readonly Outcome[]; failed: ReadonlySet<string> },
): Promise<Outcome> {
  const { action } = step;
  const executor = executorFor(action);
  // What nobody has changed works as it did.
  const isIdle = action.kind === 'netVerify' && !isRestored(outcomes);
  if (isIdle || executor.inspect(action, host).state === 'same') return { step, status: 'unchanged', ms: 0 };
  const holder = action.kind === 'netAddress' ? findHolder(host, action) : undefined;
  if (action.kind === 'netAddress' && holder !== undefined)
    throw new AgentError(exitCodes.networkRolledBack, `${action.address} is in use on ${action.link} by ${holder}`);
  // Network executors need no context but this: they run before the state is open.
  const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: step.id, failed };
  const applied = await executor.apply(action, host, context);
  if (applied?.checks !== undefined) return { step, status: 'unchanged', ms: 0, checks: applied.checks };
  return { step, status: 'changed', ms: 0 };
}

function isRestored(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ status }) => status === 'changed');
}
