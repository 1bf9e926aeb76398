// What the drive of a known instance says about the network now, against what it said when it was applied: clouds rebuild drives, and a
// guest whose port has another address by now must get it without being made anew.

import type { Diagnostic } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import type { Policy } from '../core/policy.ts';
import type { Host } from '../host/host.ts';
import { specifyNetwork } from '../network/unspecified.ts';
import { fingerprintNetwork } from '../state/fingerprint.ts';
import { type InstanceRecord, saveRecord, stateDirectory } from '../state/record.ts';
import type { OpenDrive } from './discover.ts';
import type { Decision } from './identity.ts';
import type { KeptNetwork } from './keep-network.ts';
import { describeDiagnostic, type Verdict } from './verdict.ts';

/** unknown: the drive's word cannot be read. unspecified: it says nothing any more, and what there is stays. */
export type NetworkWord = 'same' | 'changed' | 'unknown' | 'unspecified';

/** What the drive's word is to this guest. Pure. */
export function compareNetwork(record: InstanceRecord, instance: InstanceConfig, policy: Policy): NetworkWord {
  if (instance.networkDamage === 'whole') return 'unknown';
  // Without an early stage that came to its end there is nothing that could have changed.
  if (record.stages.early === undefined || record.networkData === fingerprintNetwork(instance.network)) return 'same';
  return specifyNetwork(instance, policy).network.addresses.length === 0 ? 'unspecified' : 'changed';
}

/**
 * The decision with the network's steps in it. The late stage takes them along when the drive came after the early one; an early one that
 * has tried in this boot is not repeated.
 */
export function addNetworkWork(decision: Decision, { stages }: InstanceRecord, bootId: string): Decision {
  const { work } = decision;
  if (work.some(({ stage }) => stage === 'early'))
    return {
      ...decision,
      work: work.map((entry) =>
        entry.stage === 'early' && entry.work === 'none' ? { ...entry, work: 'network' as const } : entry,
      ),
    };
  if (stages.early?.bootId === bootId) return decision;
  return { ...decision, work: [{ stage: 'early', work: 'network' }, ...work] };
}

/** The record with the stamp of a drive that has nothing new to say, so that the next run need not mount it. */
export function renewRecord(
  record: InstanceRecord,
  found: { drive: Pick<OpenDrive, 'stamp'>; instance: InstanceConfig; host: Host; word: NetworkWord },
): InstanceRecord {
  const { drive, instance, host, word } = found;
  const networkData = fingerprintNetwork(instance.network);
  const isKnown = drive.stamp === undefined || drive.stamp === record.driveStamp;
  if (isKnown || !host.live || (word !== 'same' && word !== 'unspecified')) return record;
  const renewed = { ...record, driveStamp: drive.stamp, networkData };
  try {
    saveRecord(host, stateDirectory, renewed);
  } catch (error) {
    // The root file system may still be read-only: then the next run mounts the drive again.
    if (!(error instanceof AgentError)) throw error;
  }
  return renewed;
}

/** The drive of this instance, with a network that cannot be read: what there is stays. */
export function concludeUnreadNetwork(
  record: InstanceRecord,
  kept: KeptNetwork | undefined,
  diagnostics: readonly Diagnostic[],
): { verdict: Verdict; record: InstanceRecord } {
  const [first] = diagnostics.filter(({ severity }) => severity === 'error');
  const guest = [record.hostname ?? record.name, kept?.description ?? ''].filter((word) => word !== '').join(' ');
  const problem = first === undefined ? '' : `; ${describeDiagnostic(first)}`;
  const message = `${guest}: the drive's network data cannot be read; the network stays as it was${problem}`;
  const hint = 'rebuild the config drive, then reboot, or: guest-init run';
  return { verdict: { exitCode: exitCodes.degraded, word: 'DEGRADED', message, hint }, record };
}
