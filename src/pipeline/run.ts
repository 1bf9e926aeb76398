// The job: discover -> read -> parse -> plan -> apply -> record, for one run. Whatever happens, the drive is released and the end is told.

import type { AfterRun } from '../core/action.ts';
import { cloudInitEnabledPath } from '../core/cloud-init.ts';
import { type Diagnostic, formatPlace } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { type InstanceConfig, isSameInstance } from '../core/instance-config.ts';
import { type Stage, stages } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { formatShellWord } from '../core/shell-word.ts';
import { datasources } from '../datasources/registry.generated.ts';
import { findLabelledByUdev } from '../host/block-devices.ts';
import { driveMountPoint, makeRuntimeDirectories, sweepMounts } from '../host/drive-mount.ts';
import { keepForRoot } from '../host/drive-node.ts';
import { readDriveStamp } from '../host/drive-stamp.ts';
import type { Host } from '../host/host.ts';
import { takeLock } from '../host/lock.ts';
import { type InstanceRecord, loadRecord, sumStages } from '../state/record.ts';
import { applyInstance } from './apply-instance.ts';
import type { NicWait } from './await-nics.ts';
import type { CloudInitRole } from './cloud-init.ts';
import { completeDrive, discoverDrive, type OpenDrive, openDevice, openFolder } from './discover.ts';
import {
  decideWork,
  findDriveWait,
  isDriveRequired,
  isNetworkFailure,
  keepOfRecord,
  refuseForeignDrive,
} from './identity.ts';
import { type KeptNetwork, keepNetwork } from './keep-network.ts';
import { updateLoginBanner } from './login-banner.ts';
import { findMovedNics, refuseMovedNics } from './moved-nics.ts';
import type { NetworkWord } from './network-change.ts';
import { leaveToService } from './network-service.ts';
import { loadPolicy } from './policy-file.ts';
import { type PublicStatus, toPublicStep, writePublicStatus, writeReadyMarker } from './public-status.ts';
import type { Reporter } from './reporter.ts';
import type { Verdict } from './verdict.ts';

export type RunOptions = {
  readonly host: Host;
  readonly stages: readonly Stage[];
  readonly device?: string;
  readonly source?: string;
  readonly force: boolean;
  /** By systemd, as opposed to cloud-init or a person. */
  readonly startedByUnit: boolean;
  readonly reporter: Reporter;
  stopRequested(): boolean;
};

/** How a run ended, and what is to be started when its process has ended as well. */
export type Ended = Verdict & { readonly afterRun?: AfterRun };

/** Runs and tells the reporter how it ended; never throws. */
export async function run(options: RunOptions): Promise<Ended> {
  const startedAt = options.host.now();
  const start = options.host.monotonic();
  const conclude = (verdict: Verdict, details: Partial<Conclusion> = {}): Verdict => {
    const { record, yielded } = details;
    const ms = options.host.monotonic() - start;
    const isLast = options.stages.includes('late');
    // What this machine tells of itself is not about an image that is unpacked on it.
    if (options.host.live)
      publish(verdict, {
        startedAt,
        ms,
        isLast,
        yielded: yielded === true,
        ...(record === undefined ? {} : { record }),
      });
    options.reporter.end(options.host.live ? verdict : aimAtRoot(verdict, options.host), ms, details.lines ?? []);
    if (options.host.live && !isRefused(verdict)) updateLoginBanner(judgeBoot(verdict, record, options.host));
    return verdict;
  };
  if (process.geteuid?.() !== 0) {
    return conclude({
      exitCode: exitCodes.notRoot,
      word: 'FAILED',
      message: `(${exitCodes.notRoot}) only root can change this guest`,
      hint: 'to look without changing anything: guest-init plan',
    });
  }
  try {
    makeRuntimeDirectories();
    const lock = takeLock();
    try {
      const { verdict, ...details } = await runLocked(options, startedAt);
      const { afterRun } = details;
      return { ...conclude(verdict, details), ...(afterRun === undefined ? {} : { afterRun }) };
    } finally {
      lock.release();
    }
  } catch (error) {
    return conclude(describeError(error));
  }
}

export type Conclusion = {
  readonly verdict: Verdict;
  readonly record?: InstanceRecord;
  /** The guest was left to cloud-init. */
  readonly yielded?: true;
  readonly afterRun?: AfterRun;
  /** Said after the last step and before the last line: host key fingerprints. */
  readonly lines?: readonly string[];
};

async function runLocked(options: RunOptions, startedAt: number): Promise<Conclusion> {
  const { host, stages: requested } = options;
  // What a run that was killed left behind.
  sweepMounts();
  const policy = await loadPolicy(host);
  const cloudInit = await meetCloudInit(options, policy);
  if (cloudInit !== 'in charge' || !options.startedByUnit) return runJob({ ...options, startedAt, policy, cloudInit });
  if (requested.includes('early')) return yieldToCloudInit(host);
  // cloud-init starts us once per instance: what later boots need is done here, when it has set up the network.
  return runJob({ ...options, stages, startedAt, policy, cloudInit, knownInstanceOnly: true });
}

type Job = RunOptions & {
  readonly startedAt: number;
  readonly policy: Policy;
  readonly cloudInit: CloudInitRole | undefined;
  /** A first boot is left to cloud-init. */
  readonly knownInstanceOnly?: true;
};

async function runJob(options: Job): Promise<Conclusion> {
  const { host, policy, startedAt } = options;
  const { record, quarantined } = loadRecord(host);
  if (options.knownInstanceOnly && record === undefined) return yieldToCloudInit(host);
  const bootId = host.bootId();
  const moved = record === undefined || !host.live ? [] : await findMovedNics(record, waitForNics(options, policy));
  const keep = async (): Promise<KeptNetwork | undefined> => {
    if (record === undefined || !host.live || options.force) return undefined;
    if (moved.length > 0) return refuseMovedNics(moved);
    return leaveToService(record, options) ?? keepNetwork(record, waitForNics(options, policy));
  };
  const nodes = record === undefined ? [] : findLabelledByUdev(policy.drive.label);
  nodes.forEach(claimFor(options));
  const attached = nodes.map(readDriveStamp);
  // A guest that had its address keeps it at every boot, drive or no drive; but a drive that is not the record's may be a clone's.
  const isAttachedKnown = attached.every((stamp) => stamp === record?.driveStamp);
  // Where names mean other NICs, the drive tells which address is whose.
  let kept = isAttachedKnown && moved.length === 0 ? await keep() : undefined;

  const image = await findImageUserData(host, policy);
  const isDue = image?.isDue(image.stored, { record, policy, bootId }) === true;
  if (record !== undefined && !isDue && moved.length === 0 && isKnownDrive(options, record, attached))
    return concludeAlreadyApplied(record, kept, { word: 'same' });

  let drive: OpenDrive | undefined;
  let fresh = false;
  try {
    const isEnough = image?.standsForDrive(image.stored, policy, record) === true;
    drive = await openDrive(options, policy, record, isEnough);
    if (drive === undefined && options.stopRequested()) {
      throw new AgentError(exitCodes.terminated, 'stopped by a signal while no drive was there; nothing was applied', {
        hint: 'the rest is done by the next run: guest-init run',
      });
    }
    if (drive === undefined && isEnough) drive = image?.openImageUserData(image.stored, host, record);
    if (drive === undefined) {
      const problem = image?.stored.problems[0];
      if (record === undefined) return concludeWithoutDrive(policy, host, problem);
      return concludeRemovedDrive(record, kept ?? (await keep()), host);
    }
    drive = await completeDrive(drive);
    const { reading } = drive;
    if (reading.instance === undefined) {
      const { code = exitCodes.inputInvalid, message = 'no instance', hint } = reading.refusal ?? {};
      throw new AgentError(code, message, hint === undefined ? {} : { hint });
    }
    const { instance, diagnostics: imageDiagnostics = [] } =
      image === undefined ? { instance: reading.instance } : image.addImageUserData(reading.instance, image.stored);
    if (host.live) refuseForeignDrive(instance.id, host.dmi(), options.force);
    const first = decideWork({
      record,
      instance: instance.id,
      requested: options.stages,
      bootId,
      force: options.force,
    });
    const isAnew = isDue && !first.fresh && instance.userData?.source === image?.stored.path;
    const decided = isAnew && image !== undefined ? image.applyAnew(first) : first;
    fresh = decided.fresh;
    if (first.fresh && options.knownInstanceOnly) return await yieldToCloudInit(host);
    const known = (fresh && !isAnew) || !host.live ? undefined : record;
    const change = known === undefined ? undefined : await lookForChange(known, instance, policy);
    const said = change?.word ?? 'same';
    const word = said === 'same' && known !== undefined && moved.length > 0 ? 'changed' : said;
    const isNetworkChanged = word === 'changed';
    const decision = isNetworkChanged && known && change ? change.addNetworkWork(decided, known, bootId) : decided;
    // What is about to be replaced is not brought back before.
    if ((!fresh || isAnew) && !isNetworkChanged) kept ??= await keep();
    if (record !== undefined && decision.work.every(({ work }) => work === 'none')) {
      if (word === 'unknown' && change) return change.concludeUnreadNetwork(record, kept, reading.diagnostics);
      const renewed = change?.renewRecord(record, { drive, instance, host, word }) ?? record;
      return concludeAlreadyApplied(renewed, kept, { word });
    }
    const ground = keepOfRecord(record, instance.id, decision);
    if (isAnew) options.reporter.note(`${image?.stored.path} is applied anew`);
    return await applyInstance({
      ...options,
      drive,
      instance,
      inputDiagnostics: [...reading.diagnostics, ...imageDiagnostics],
      policy,
      nicWait: waitForNics(options, policy),
      decision,
      isNetworkLeft: !fresh && record !== undefined && isLeft(record, word, options),
      networkChange: isNetworkChanged ? describeChange(said) : undefined,
      keepNetwork: keep,
      narrow: await findNarrowing(options, instance),
      startedAt,
      bootId,
      ...(image === undefined ? {} : { remember: image.describeUse(image.stored, instance) }),
      ...(ground === undefined ? {} : { record: ground }),
      ...(record === undefined || isSameInstance(record.instance, instance.id) ? {} : { predecessor: record }),
      ...(quarantined === undefined ? {} : { quarantined }),
    });
  } catch (error) {
    // A drive that tells nothing takes the address from nobody.
    if (!fresh) kept ??= await keep();
    throw error;
  } finally {
    drive?.release();
  }
}

/** Undefined where the image keeps no user_data: a boot without it pays one look. */
async function findImageUserData(host: Host, { user_data_file: { path } }: Policy) {
  if (path === 'none' || host.stat(path) === undefined) return undefined;
  const image = await import('./image-user-data.ts');
  return { ...image, stored: image.readImageUserData(host, path) };
}

/** Undefined where cloud-init does not run: a boot without it pays one look. */
async function meetCloudInit({ host, stages: requested, startedByUnit }: RunOptions, policy: Policy) {
  const replace = policy.with_cloud_init === 'replace' && startedByUnit && requested.includes('early');
  if (!host.live || (!replace && host.stat(cloudInitEnabledPath) === undefined)) return undefined;
  const { findCloudInitRole, replaceCloudInit } = await import('./cloud-init.ts');
  if (replace) replaceCloudInit(host);
  return findCloudInitRole(host);
}

async function yieldToCloudInit(host: Host): Promise<Conclusion> {
  const { handOver } = await import('./cloud-init.ts');
  return { verdict: handOver(host), yielded: true };
}

/** `--force` repeats what cloud-init has done as well. */
async function findNarrowing({ cloudInit, force, host }: Job, instance: InstanceConfig) {
  if (cloudInit === undefined || force) return undefined;
  const { leaveConsumed } = await import('./cloud-init.ts');
  return leaveConsumed(instance, cloudInit, host);
}

function waitForNics({ host, reporter, stopRequested }: RunOptions, policy: Policy): NicWait {
  return { host, limitMs: policy.network.wait * 1000, note: reporter.note, stopRequested };
}

/** At nearly every boot the one labelled drive is the one that was applied: then it need not be mounted to know that. */
function isKnownDrive(
  options: RunOptions,
  record: InstanceRecord,
  attached: readonly ReturnType<typeof readDriveStamp>[],
): boolean {
  const { host, force, device, source } = options;
  if (force || device !== undefined || source !== undefined || record.driveStamp === undefined) return false;
  const { instance } = record;
  const { work } = decideWork({ record, instance, requested: options.stages, bootId: host.bootId(), force });
  if (work.some((entry) => entry.work !== 'none')) return false;
  if (attached.length !== 1 || attached[0] !== record.driveStamp) return false;
  refuseForeignDrive(instance, host.dmi(), force);
  return true;
}

async function openDrive(
  options: RunOptions,
  policy: Policy,
  record: InstanceRecord | undefined,
  isImageEnough: boolean,
): Promise<OpenDrive | undefined> {
  const common = {
    datasources,
    datasourceOptions: { adminPassword: policy.admin_pass },
    mountPoint: driveMountPoint,
    claim: claimFor(options),
  };
  if (options.source !== undefined) return openFolder(options.source, common);
  if (options.device !== undefined) return openDevice(options.device, common);
  // The late unit follows the early one, which has waited.
  const hasWaited = options.startedByUnit && !options.stages.includes('early');
  const waitSeconds = (): number =>
    hasWaited
      ? 0
      : findDriveWait(policy, options.host.dmi(), record, isImageEnough ? policy.user_data_file.path : undefined);
  let told = false;
  return discoverDrive({
    ...common,
    label: policy.drive.label,
    dmi: options.host.dmi,
    waitMs: () => 1000 * waitSeconds(),
    monotonic: options.host.monotonic,
    stopRequested: () => {
      if (!told) options.reporter.note(`waiting up to ${waitSeconds()} s for a drive labelled ${policy.drive.label}`);
      told = true;
      return options.stopRequested();
    },
  });
}

/** Takes a drive of this guest away from its other users; one that is read for a root in a folder belongs to the machine around it. */
function claimFor({ host, reporter }: RunOptions): (device: string) => void {
  return (device) => {
    const reason = host.live ? keepForRoot(device) : undefined;
    if (reason !== undefined) reporter.note(`${device}: other users may be able to read it (${reason})`);
  };
}

/** A removed drive takes nothing from a known instance, whose network is looked after as with a drive. */
function concludeRemovedDrive(record: InstanceRecord, kept: KeptNetwork | undefined, host: Host): Conclusion {
  const { verdict } = concludeAlreadyApplied(record, kept, { word: 'same', drive: 'removed' });
  const uuid = host.live ? host.dmi().productUuid : undefined;
  if (uuid === undefined || record.machine?.uuid === undefined || record.machine.uuid === uuid)
    return { verdict, record };
  // Most likely it has the other one's address as well.
  const message = `${verdict.message}; but this is another machine than the one it was applied on`;
  return { verdict: { hint: 'a copy of a guest needs a drive of its own', ...verdict, message }, record };
}

/** Where the platform promises a drive to a new guest, its absence is a failure. `problem`: why the user_data of the image is of no use. */
function concludeWithoutDrive(policy: Policy, host: Host, problem: Diagnostic | undefined): Conclusion {
  if (problem !== undefined && policy.drive.required !== true) {
    const message = `no drive labelled ${policy.drive.label}; ${formatPlace(problem)}: ${problem.message}`;
    return {
      verdict: { exitCode: exitCodes.degraded, word: 'DEGRADED', message, hint: 'mend the file, then: guest-init run' },
    };
  }
  if (!isDriveRequired(policy, host.dmi())) {
    return {
      verdict: {
        exitCode: exitCodes.ok,
        word: 'OK',
        message: `no drive labelled ${policy.drive.label}; nothing to do`,
        hint: 'if there should be one: attach it, then reboot, or: guest-init run',
      },
    };
  }
  throw new AgentError(exitCodes.driveMissing, `no drive labelled ${policy.drive.label} came; nothing was applied`, {
    hint: 'attach the config drive, then reboot, or: guest-init run',
  });
}

/** Loaded for a drive that was rebuilt alone: a first boot and a known drive have nothing to compare. */
async function lookForChange(record: InstanceRecord, instance: InstanceConfig, policy: Policy) {
  const change = await import('./network-change.ts');
  return { ...change, word: change.compareNetwork(record, instance, policy) };
}

/** Why a known instance has its network applied anew. */
function describeChange(said: NetworkWord): string {
  return said === 'changed' ? 'network data changed' : 'NICs have other names';
}

/** A service that brings up what was written before the last failure has nothing of the mended network. */
function isLeft(record: InstanceRecord, word: NetworkWord, options: Job): boolean {
  if (word === 'unknown' || word === 'unspecified') return true;
  if (word === 'changed' || isNetworkFailure(record.stages.early?.exitCode)) return false;
  return leaveToService(record, options) !== undefined;
}

function concludeAlreadyApplied(
  record: InstanceRecord,
  kept: KeptNetwork | undefined,
  { word, drive = 'attached' }: { readonly word: NetworkWord; readonly drive?: 'attached' | 'removed' },
): Conclusion {
  const network = kept?.description ?? '';
  const subject = [record.hostname ?? record.name, network, ...(record.automaticLinks ?? [])]
    .filter((word) => word !== '')
    .join(' ');
  const before =
    record.verdict === undefined || record.verdict.word === 'OK'
      ? ''
      : ` (${record.verdict.word.toLowerCase()}, see: guest-init status)`;
  const news = word === 'unspecified' ? 'the drive says no network any more: ' : '';
  const absence = drive === 'removed' ? 'no drive, ' : '';
  const found = record.undone?.whole === true ? 'undone by hand' : `${absence}already applied${before}`;
  const restored = `${found}; ${news}${kept?.restored ? 'the network was restored' : 'nothing was changed'}`;
  if (kept?.failure !== undefined) {
    return {
      verdict: {
        exitCode: kept.failure.code,
        word: 'FAILED',
        message: `(${kept.failure.code}) ${kept.failure.message}; ${subject}`,
        hint: kept.failure.hint ?? 'see: guest-init status',
      },
      record,
    };
  }
  const [trouble] = kept?.troubles ?? [];
  if (trouble !== undefined) {
    const message = `${subject}: ${restored}; ${trouble}`;
    return {
      verdict: { exitCode: exitCodes.degraded, word: 'DEGRADED', message, hint: 'see: guest-init status' },
      record,
    };
  }
  return { verdict: { exitCode: exitCodes.ok, word: 'OK', message: `${subject}: ${restored}` }, record };
}

function describeError(error: unknown): Verdict {
  if (error instanceof AgentError) {
    return {
      exitCode: error.code,
      word: 'FAILED',
      message: `(${error.code}) ${error.message}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: exitCodes.internal,
    word: 'FAILED',
    message: `(1) internal error: ${message}`,
    hint: 'report it with: guest-init --version',
  };
}

/** Advice for a guest would be followed on the machine that unpacked its image. */
function aimAtRoot(verdict: Verdict, host: Host): Verdict {
  if (verdict.hint === undefined) return verdict;
  const root = formatShellWord(host.resolve('/').replace(/\/+$/, ''));
  const hint = verdict.hint
    .replace('see: guest-init status', 'see above')
    .replaceAll('guest-init run', () => `guest-init run --root ${root}`);
  return { ...verdict, hint };
}

/** A refused second run must not overwrite what is told of the one in progress. */
function isRefused({ exitCode }: Verdict): boolean {
  return exitCode === exitCodes.locked || exitCode === exitCodes.notRoot;
}

/** A run that found nothing to do does not mend what an earlier one of this boot left wrong. */
function judgeBoot(ended: Verdict, record: InstanceRecord | undefined, host: Host): Verdict {
  return ended.word === 'OK' && record?.bootId === host.bootId() ? (record.verdict ?? ended) : ended;
}

/** A run that found everything applied leaves the verdict of the run that applied it. */
function publish(
  ended: Verdict,
  details: { startedAt: number; ms: number; isLast: boolean; yielded: boolean; record?: InstanceRecord },
): void {
  if (isRefused(ended)) return;
  const { record } = details;
  const verdict = ended.exitCode === exitCodes.ok ? (record?.verdict ?? ended) : ended;
  writePublicStatus({
    version: 1,
    state: nameState(verdict, details.yielded),
    exitCode: verdict.exitCode,
    message: verdict.message,
    ...(verdict.hint === undefined ? {} : { hint: verdict.hint }),
    ...(record === undefined ? {} : { instance: record.name, source: record.source }),
    // As root sees it from the record: when the instance was applied, not when this run found that out.
    startedAt: record?.startedAt ?? details.startedAt,
    ms: (record === undefined ? undefined : sumStages(record)) ?? details.ms,
    steps: Object.values(record?.stages ?? {}).flatMap((stage) => stage.outcomes.map(toPublicStep)),
  });
  // The early stage of a boot is followed by the late one.
  if (details.isLast && !details.yielded) writeReadyMarker(verdict);
}

function nameState({ word }: Verdict, yielded: boolean): PublicStatus['state'] {
  if (word === 'OK') return yielded ? 'yielded' : 'ok';
  return word === 'DEGRADED' ? 'degraded' : 'failed';
}
