// At a later boot the guest's own network service brings the network up from the files that were written for it; the early stage, which
// comes before that service, then has nothing to restore. The late stage looks at the result.

import type { Stage } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { Host } from '../host/host.ts';
import { chooseBackend } from '../network/backend.ts';
import { listNetworkFiles } from '../network/persistence.ts';
import type { InstanceRecord } from '../state/record.ts';
import type { KeptNetwork } from './keep-network.ts';
import { describeNetwork } from './verdict.ts';

type Occasion = {
  readonly host: Host;
  readonly policy: Policy;
  readonly stages: readonly Stage[];
  readonly startedByUnit: boolean;
};

/** The network as the service will bring it up; undefined when it is ours to restore: no such service any more, a file gone, started by hand. */
export function leaveToService(
  record: InstanceRecord,
  { host, policy, stages, startedByUnit }: Occasion,
): KeptNetwork | undefined {
  if (record.networkBackend === undefined || !startedByUnit || !stages.includes('early')) return undefined;
  const { backend } = chooseBackend(host.facts().networkServices, policy.network.backend);
  if (backend !== record.networkBackend) return undefined;
  const files = listNetworkFiles(record.made);
  if (files.some(({ path }) => host.stat(path)?.kind !== 'file')) return undefined;
  const outcomes = record.networkSteps.map((step) => ({ step, status: 'unchanged', ms: 0 }) as const);
  return { description: describeNetwork(record.networkSteps, outcomes), restored: false };
}
