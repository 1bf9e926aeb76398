// Compares the network that was applied to this instance with the live one and restores what is missing: at a later boot, before the
// drive is even looked for. Costs no command when nothing is missing.

import { AgentError } from '../core/error.ts';
import type { Outcome } from '../core/plan.ts';
import { executorFor } from '../executors/index.ts';
import type { InstanceRecord } from '../state/record.ts';
import { awaitRecordedLinks, type NicWait } from './await-nics.ts';
import { describeNetwork } from './verdict.ts';

export type KeptNetwork = {
  /** `eth0 10.0.0.5/24 via 10.0.0.254`. */
  readonly description: string;
  readonly restored: boolean;
  readonly failure?: AgentError;
};

/** Each step stands alone: a route that cannot be restored does not take the address away again. */
export async function keepNetwork(record: InstanceRecord, wait: NicWait): Promise<KeptNetwork> {
  const { host } = wait;
  await awaitRecordedLinks(record.networkSteps, wait);
  const outcomes: Outcome[] = [];
  let failure: AgentError | undefined;
  for (const step of record.networkSteps) {
    try {
      const executor = executorFor(step.action);
      const same = executor.inspect(step.action, host).state === 'same';
      // Network executors are synchronous and need no context: they run before the state is open.
      if (!same)
        void executor.apply(step.action, host, {
          commandTimeoutMs: 0,
          instanceDirectory: '',
          environment: {},
          stepId: step.id,
        });
      outcomes.push({ step, status: same ? 'unchanged' : 'changed', ms: 0 });
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      failure ??= error;
    }
  }
  return {
    description: describeNetwork(record.networkSteps, outcomes),
    restored: outcomes.some(({ status }) => status === 'changed'),
    ...(failure === undefined ? {} : { failure }),
  };
}
