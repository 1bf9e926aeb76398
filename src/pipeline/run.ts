// The job: discover -> read -> parse -> plan -> apply -> record, for one run. Whatever happens, the drive is released and the end is told.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Stage } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { datasources } from '../datasources/registry.generated.ts';
import { findLabelledByUdev } from '../host/block-devices.ts';
import { driveMountPoint, makeRuntimeDirectories, sweepMounts } from '../host/drive-mount.ts';
import { readDriveStamp } from '../host/drive-stamp.ts';
import type { Host } from '../host/host.ts';
import { takeLock } from '../host/lock.ts';
import { type InstanceRecord, loadRecord } from '../state/record.ts';
import { applyInstance } from './apply-instance.ts';
import { discoverDrive, type OpenDrive, openDevice, openFolder } from './discover.ts';
import { decideWork, expectsDrive, keepOfRecord, refuseForeignDrive } from './identity.ts';
import { keepNetwork } from './keep-network.ts';
import { loadPolicy } from './policy-file.ts';
import { toPublicStep, writePublicStatus } from './public-status.ts';
import type { Reporter } from './reporter.ts';
import type { Verdict } from './verdict.ts';

export type RunOptions = {
  readonly host: Host;
  readonly stages: readonly Stage[];
  readonly device?: string;
  readonly source?: string;
  readonly force: boolean;
  readonly reporter: Reporter;
  stopRequested(): boolean;
};

/** Runs and tells the reporter how it ended; never throws. */
export async function run(options: RunOptions): Promise<Verdict> {
  const startedAt = options.host.now();
  const start = options.host.monotonic();
  const conclude = (verdict: Verdict, details: Partial<Conclusion> = {}): Verdict => {
    const ms = options.host.monotonic() - start;
    publish(verdict, { startedAt, ms, ...(details.record === undefined ? {} : { record: details.record }) });
    options.reporter.end(verdict, ms, details.lines ?? []);
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
      return conclude(verdict, details);
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
  /** Said after the last step and before the last line: host key fingerprints. */
  readonly lines?: readonly string[];
};

async function runLocked(options: RunOptions, startedAt: number): Promise<Conclusion> {
  const { host } = options;
  // What a run that was killed left behind.
  sweepMounts();
  const policy = await loadPolicy(host);
  const { record, quarantined } = loadRecord(host);
  const bootId = host.bootId();
  // A guest that had its address keeps it at every boot, drive or no drive.
  const kept = record === undefined || !host.live || options.force ? undefined : keepNetwork(record, host);

  if (record !== undefined && isKnownDrive(options, policy, record)) return concludeAlreadyApplied(record, kept);

  let drive: OpenDrive | undefined;
  try {
    drive = await openDrive(options, policy, record);
    if (drive === undefined) return concludeWithoutDrive(policy, record, host);
    const { reading } = drive;
    if (reading.instance === undefined) {
      const { code = exitCodes.inputInvalid, message = 'no instance', hint } = reading.refusal ?? {};
      throw new AgentError(code, message, hint === undefined ? {} : { hint });
    }
    const { instance } = reading;
    if (host.live) refuseForeignDrive(instance.id, host.dmi(), options.force);
    const decision = decideWork({
      record,
      instance: instance.id,
      requested: options.stages,
      bootId,
      force: options.force,
    });
    if (record !== undefined && decision.work.every(({ work }) => work === 'none')) {
      return concludeAlreadyApplied(record, kept);
    }
    const ground = keepOfRecord(record, instance.id, decision);
    return await applyInstance({
      ...options,
      drive,
      instance,
      inputDiagnostics: reading.diagnostics,
      policy,
      decision,
      startedAt,
      bootId,
      ...(ground === undefined ? {} : { record: ground }),
      ...(quarantined === undefined ? {} : { quarantined }),
    });
  } finally {
    drive?.release();
  }
}

/** At nearly every boot the one labelled drive is the one that was applied: then it need not be mounted to know that. */
function isKnownDrive(options: RunOptions, policy: Policy, record: InstanceRecord): boolean {
  const { host, force, device, source } = options;
  if (force || device !== undefined || source !== undefined || record.driveStamp === undefined) return false;
  const { instance } = record;
  const { work } = decideWork({ record, instance, requested: options.stages, bootId: host.bootId(), force });
  if (work.some((entry) => entry.work !== 'none')) return false;
  const [only, ...others] = findLabelledByUdev(policy.drive.label);
  if (only === undefined || others.length > 0 || readDriveStamp(only) !== record.driveStamp) return false;
  refuseForeignDrive(instance, host.dmi(), force);
  return true;
}

async function openDrive(
  options: RunOptions,
  policy: Policy,
  record: InstanceRecord | undefined,
): Promise<OpenDrive | undefined> {
  const common = {
    datasources,
    datasourceOptions: { adminPassword: policy.admin_pass },
    mountPoint: driveMountPoint,
  };
  if (options.source !== undefined) return openFolder(options.source, common);
  if (options.device !== undefined) return openDevice(options.device, common);
  const { wait_required: waitRequired, wait } = policy.drive;
  const waitSeconds = (): number =>
    isDriveRequired(policy, expectsDrive(options.host.dmi(), record)) ? waitRequired : wait;
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

function isDriveRequired(policy: Policy, expected: boolean): boolean {
  return policy.drive.required === 'auto' ? expected : policy.drive.required;
}

/** A removed drive changes nothing on a known instance; where the platform promises one to a new guest, its absence is a failure. */
function concludeWithoutDrive(policy: Policy, record: InstanceRecord | undefined, host: Host): Conclusion {
  if (record !== undefined) {
    return {
      verdict: {
        exitCode: exitCodes.ok,
        word: 'OK',
        message: `${record.hostname ?? record.name}: no drive, already applied; nothing was changed`,
      },
      record,
    };
  }
  if (!isDriveRequired(policy, expectsDrive(host.dmi(), undefined))) {
    return {
      verdict: {
        exitCode: exitCodes.ok,
        word: 'OK',
        message: `no drive labelled ${policy.drive.label}; nothing to do`,
      },
    };
  }
  throw new AgentError(
    exitCodes.driveMissing,
    `no drive labelled ${policy.drive.label} appeared in ${policy.drive.wait_required} s; nothing was applied`,
    {
      hint: 'attach the config drive, then reboot, or: guest-init run',
    },
  );
}

function concludeAlreadyApplied(record: InstanceRecord, kept: ReturnType<typeof keepNetwork> | undefined): Conclusion {
  const network = kept?.description ?? '';
  const subject = [record.hostname ?? record.name, network].filter((word) => word !== '').join(' ');
  const before =
    record.verdict === undefined || record.verdict.word === 'OK'
      ? ''
      : ` (${record.verdict.word.toLowerCase()}, see: guest-init status)`;
  const restored = `already applied${before}; ${kept?.restored ? 'the network was restored' : 'nothing was changed'}`;
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

/** A run that found everything applied leaves the verdict of the run that applied it. */
function publish(ended: Verdict, details: { startedAt: number; ms: number; record?: InstanceRecord }): void {
  // A refused second run must not overwrite the status of the one in progress.
  if (ended.exitCode === exitCodes.locked || ended.exitCode === exitCodes.notRoot) return;
  const { record } = details;
  const verdict = ended.exitCode === exitCodes.ok ? (record?.verdict ?? ended) : ended;
  try {
    writePublicStatus({
      version: 1,
      state: verdict.word === 'OK' ? 'ok' : verdict.word === 'DEGRADED' ? 'degraded' : 'failed',
      exitCode: verdict.exitCode,
      message: verdict.message,
      ...(verdict.hint === undefined ? {} : { hint: verdict.hint }),
      ...(record === undefined ? {} : { instance: record.name, source: record.source }),
      startedAt: details.startedAt,
      ms: details.ms,
      steps: Object.values(record?.stages ?? {}).flatMap((stage) => stage.outcomes.map(toPublicStep)),
    });
  } catch {
    // /run itself cannot be written: the last line on the console still tells.
  }
}
