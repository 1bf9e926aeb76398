// The status of this guest now, for every command that tells it.

import { existsSync } from 'node:fs';
import type { Facts } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { findCloudInitRole, hasCloudInitEnded } from '../pipeline/cloud-init.ts';
import { type PublicStatus, readPublicStatus } from '../pipeline/public-status.ts';
import { type InstanceRecord, peekRecord, readMachine } from '../state/record.ts';
import { type StatusView, viewStatus } from './status-view.ts';
import { settleStatus } from './untold-run.ts';

/** What this boot's run has told; a run whose process is gone is told as cut off. */
export function readStatus(): PublicStatus | undefined {
  return settleStatus(readPublicStatus(), (pid) => existsSync(`/proc/${pid}`));
}

/** The status with what it rests on; the record is root's alone. */
export function lookAtStatus(host: Host): {
  readonly view: StatusView;
  readonly record: InstanceRecord | undefined;
  readonly isRoot: boolean;
  readonly facts: Facts;
} {
  const isRoot = process.geteuid?.() === 0;
  const record = isRoot ? withoutMended(peekRecord(host), host) : undefined;
  const facts = host.facts();
  const view = viewStatus({
    ...{ status: readStatus(), record, isRoot, facts },
    kernelCommandLine: host.readText('/proc/cmdline') ?? '',
    now: host.now(),
    cloudInit: findCloudInitRole(host),
    cloudInitEnded: hasCloudInitEnded(host),
  });
  return { view, record, isRoot, facts };
}

/** Somebody has given the guest another machine-id since: then it shares it with nobody. */
function withoutMended(record: InstanceRecord | undefined, host: Host): InstanceRecord | undefined {
  if (record?.notices === undefined || readMachine(host).id === record.machine?.id) return record;
  return { ...record, notices: [] };
}
