// Decides what this run is for: a first boot, a run to take up again, another boot of a known instance, or nothing.

import { AgentError, type ExitCode, exitCodes } from '../core/error.ts';
import type { Dmi } from '../core/facts.ts';
import { type InstanceId, instanceName, isSameInstance } from '../core/instance-config.ts';
import { type Stage, stages } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { InstanceRecord, StageRecord } from '../state/record.ts';

/** whole: every step of the stage. everyBoot: only steps of every boot (network, bootcmd). network: only those of the network. none: already done in this boot. */
export type StageWork = 'whole' | 'everyBoot' | 'network' | 'none';

export type Decision = {
  /** The journal and record of an earlier run do not count. */
  readonly fresh: boolean;
  /** A known instance, for which everything is done again. */
  readonly isAnew?: true;
  readonly work: readonly { readonly stage: Stage; readonly work: StageWork }[];
};

/** `requested` are the stages asked for; a late stage takes along an early one that is unfinished, or was cut off in this boot. */
export function decideWork(options: {
  readonly record: InstanceRecord | undefined;
  readonly instance: InstanceId;
  readonly requested: readonly Stage[];
  readonly bootId: string;
  readonly force: boolean;
}): Decision {
  const { record, instance, bootId, force } = options;
  const fresh = force || record === undefined || !isSameInstance(record.instance, instance);
  const known = fresh ? undefined : record;
  const isDueInBoot = (done: StageRecord): boolean => known?.everyBoot === true && done.bootId !== bootId;
  const early = known?.stages.early;
  const isEarlyOpen = early === undefined || isDueInBoot(early);
  const wanted = stages.filter(
    (stage) =>
      options.requested.includes(stage) || (stage === 'early' && options.requested.includes('late') && isEarlyOpen),
  );
  return {
    fresh,
    work: wanted.map((stage) => {
      if (known?.undone?.whole === true) return { stage, work: 'none' };
      const done = known?.stages[stage];
      if (done === undefined) return { stage, work: 'whole' };
      const due = isDueInBoot(done) || isNetworkFailure(done.exitCode);
      return { stage, work: due ? 'everyBoot' : 'none' };
    }),
  };
}

/**
 * What of the record this run builds on. A first boot starts without one; a forced run keeps the stage that it was not asked to do,
 * so that `--force --stage early` does not make the next boot run the user's commands again.
 */
export function keepOfRecord(
  record: InstanceRecord | undefined,
  instance: InstanceId,
  decision: Decision,
): InstanceRecord | undefined {
  if (record === undefined || !decision.fresh) return record;
  if (!isSameInstance(record.instance, instance)) return undefined;
  const { undone: _, ...ground } = record;
  if (decision.isAnew) return { ...ground, stages: {} };
  const redone: readonly string[] = decision.work.map(({ stage }) => stage);
  const kept = Object.entries(record.stages).filter(([stage]) => !redone.includes(stage));
  return { ...ground, stages: Object.fromEntries(kept) };
}

/** A guest without its network asks for it again at every run: the port may have been mended. */
export function isNetworkFailure(exitCode: ExitCode | undefined): boolean {
  const failures: readonly ExitCode[] = [
    exitCodes.networkRolledBack,
    exitCodes.networkRollbackFailed,
    exitCodes.linkMissing,
  ];
  return exitCode !== undefined && failures.includes(exitCode);
}

/** Nova puts the instance's uuid into the machine's DMI: a drive with another uuid belongs to another machine (decision D7). */
export function refuseForeignDrive(instance: InstanceId, dmi: Dmi, force: boolean): void {
  if (force || instance.uuid === undefined || dmi.productUuid === undefined || !isNova(dmi)) return;
  if (instance.uuid.toLowerCase() === dmi.productUuid) return;
  throw new AgentError(
    exitCodes.identityConflict,
    `the drive is for instance ${instanceName(instance)}, this machine is ${dmi.productUuid}; nothing was applied`,
    { hint: 'attach the drive of this instance, or: guest-init run --force' },
  );
}

/** Whether a new guest without a drive has failed: the image says so, else the platform that always attaches one. */
export function isDriveRequired({ drive }: Policy, dmi: Dmi): boolean {
  return drive.required === 'auto' ? isNova(dmi) || /^CloudStack/i.test(dmi.productName ?? '') : drive.required;
}

/**
 * Seconds that a run waits for a drive. A known instance whose uuid the firmware names waits for nothing: whatever drive may come is the
 * same instance's. Any other known instance may be a clone, whose own drive is late. `imageUserData`: path of the user_data of the image, where
 * that is enough to go on; who was made by it on this machine waits for nothing.
 */
export function findDriveWait(
  policy: Policy,
  dmi: Dmi,
  record: InstanceRecord | undefined,
  imageUserData?: string,
): number {
  const { wait, wait_required: waitRequired, required } = policy.drive;
  if (imageUserData !== undefined) {
    const isSameMachine = record?.source === imageUserData && record.instance.uuid === dmi.productUuid;
    return isSameMachine ? 0 : wait;
  }
  if (record === undefined) return isDriveRequired(policy, dmi) ? waitRequired : wait;
  const uuid = record.instance.uuid?.toLowerCase();
  if (isNova(dmi) && uuid !== undefined && uuid === dmi.productUuid) return 0;
  return required === true ? waitRequired : wait;
}

function isNova(dmi: Dmi): boolean {
  return /^OpenStack (Nova|Compute)$/i.test(dmi.productName ?? '');
}
