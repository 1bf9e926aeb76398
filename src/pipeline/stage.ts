// One stage as data: which steps it has, and what the record says of it afterwards. Pure.

import type { ActionKind } from '../core/action.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { exitCodes } from '../core/error.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import { listTroubles, type NetworkCheck, verifyStepId } from '../core/network-check.ts';
import type { Outcome, Stage, Step } from '../core/plan.ts';
import { nameServersModule } from '../network/name-servers.ts';
import { networkFilesModule } from '../network/persistence.ts';
import type { InstanceRecord, StageRecord } from '../state/record.ts';
import type { ApplyResult } from './apply.ts';
import type { StageWork } from './identity.ts';
import type { PlannedInstance } from './plan.ts';
import { judge, type VerdictInput } from './verdict.ts';

/** Modules whose steps are about the network, of every boot, and no reason to read a known drive again. */
const networkModules: ReadonlySet<string> = new Set(['network', networkFilesModule, nameServersModule]);

/** Actions that speak to what runs. */
const liveKinds: ReadonlySet<ActionKind> = new Set<ActionKind>([
  'exec',
  'service',
  'unit',
  'packages',
  'debconf',
  'signingKey',
  'powerState',
  'phoneHome',
  'message',
]);

/** Whether a step belongs to the network: what is set up now, its files, its name servers. */
export function isNetworkStep({ module }: Pick<Step, 'module'>): boolean {
  return networkModules.has(module);
}

/** Below --root there is no kernel to give an address to and no service to tell; commands of the user belong to a running guest. */
export function selectSteps(
  steps: readonly Step[],
  { stage, work, live, isNetworkLeft }: { stage: Stage; work: StageWork; live: boolean; isNetworkLeft: boolean },
): Step[] {
  return steps.filter(
    (step) =>
      step.stage === stage &&
      isPartOf(step, work, isNetworkLeft) &&
      (live || !(step.module === 'network' || liveKinds.has(step.action.kind))),
  );
}

function isPartOf(step: Step, work: StageWork, isNetworkLeft: boolean): boolean {
  if (work === 'whole') return true;
  const isNetwork = networkModules.has(step.module);
  return step.frequency === 'boot' && (isNetwork ? !isNetworkLeft : work !== 'network');
}

export type StageReport = {
  readonly stage: Stage;
  readonly work: StageWork;
  readonly plan: PlannedInstance;
  readonly result: ApplyResult;
  readonly diagnostics: readonly Diagnostic[];
  readonly source: string;
  readonly bootId: string;
  readonly startedAt: number;
  readonly ms: number;
  /** The network was left to its service, or the drive says nothing about it: what the record says of it still holds. */
  readonly isNetworkLeft: boolean;
  /** Checksum of what the drive says about the network; undefined when that cannot be read. */
  readonly networkData: string | undefined;
  /** As in the record. */
  readonly nics: Readonly<Record<string, string>>;
};

/** The record after a stage; a stage that was cut short is not entered as done. */
export function recordStage(record: InstanceRecord, report: StageReport): InstanceRecord {
  const { stage, plan, result, bootId, startedAt, ms, networkData } = report;
  const early = stage === 'early';
  const isNetworkDone = early && !report.isNetworkLeft;
  const before = record.stages[stage]?.outcomes ?? [];
  // What an earlier network was made of is no part of this one.
  const standing = isNetworkDone ? before.filter(({ step }) => !networkModules.has(step.module)) : before;
  const isWhole = report.work === 'whole';
  const outcomes = limitDiffs(isWhole ? result.outcomes : mergeOutcomes(standing, result.outcomes));
  const exitCode = judge({
    ...result,
    outcomes,
    missingLinks: early ? plan.missingLinks : [],
    diagnostics: early ? report.diagnostics : [],
  });
  const hostname = findHostname(plan.steps) ?? record.hostname;
  const replaced = new Set([...result.made.map(({ path }) => path), ...result.forgotten]);
  const { networkBackend: service, networkChecks: seen, ...rest } = record;
  // After a rollback the guest has the network that it had before.
  const isNetworkNew = isNetworkDone && result.networkFailure === undefined;
  const backend = isNetworkNew ? findWrittenBackend(plan, result) : service;
  const checks = isNetworkDone ? findChecks(plan, result, seen) : seen;
  return {
    ...rest,
    ...(hostname === undefined ? {} : { hostname }),
    ...(backend === undefined ? {} : { networkBackend: backend }),
    ...(checks === undefined ? {} : { networkChecks: checks }),
    source: report.source,
    bootId,
    networkSteps: isNetworkNew ? heldNetwork(plan.steps, result) : record.networkSteps,
    ...(early && isNetworkSettled(result) && networkData !== undefined ? { networkData } : {}),
    ...(early ? { missingLinks: plan.missingLinks } : {}),
    ...(isNetworkNew ? { automaticLinks: plan.automaticLinks, nics: report.nics } : {}),
    ...(report.work === 'network'
      ? { diagnostics: [...record.diagnostics.filter(isAboutUserData), ...report.diagnostics] }
      : {
          everyBoot: plan.steps.some((step) => step.frequency === 'boot' && !networkModules.has(step.module)),
          diagnostics: report.diagnostics,
        }),
    made: [...record.made.filter(({ path }) => !replaced.has(path)), ...result.made],
    stages:
      result.cutShort === undefined
        ? {
            ...record.stages,
            [stage]: {
              ...{ bootId, startedAt, ms, exitCode, outcomes },
              ...(isWhole ? {} : recallWhole(record.stages[stage])),
            },
          }
        : record.stages,
  };
}

/**
 * What an early stage that was done in this boot, by a run of its own, adds to the verdict on the late one: a person at the console has
 * only the last line, and a guest without its network is not well because its commands ran.
 */
export function recallEarlyStage(
  { stages, missingLinks = [] }: InstanceRecord,
  bootId: string,
): Pick<VerdictInput, 'outcomes' | 'missingLinks' | 'networkFailure'> | undefined {
  if (stages.early?.bootId !== bootId) return undefined;
  const { exitCode, outcomes } = stages.early;
  const isFailure = exitCode === exitCodes.networkRolledBack || exitCode === exitCodes.networkRollbackFailed;
  return { outcomes, missingLinks, ...(isFailure ? { networkFailure: exitCode } : {}) };
}

/** A later boot repeats some steps; the others keep the outcome they had. */
function mergeOutcomes(before: readonly Outcome[], repeated: readonly Outcome[]): readonly Outcome[] {
  const merged = new Map(before.map((outcome) => [outcome.step.id, outcome]));
  for (const { startMs: _, ...outcome } of repeated) merged.set(outcome.step.id, outcome);
  return [...merged.values()];
}

function recallWhole(before: StageRecord | undefined): Pick<StageRecord, 'whole'> {
  if (before === undefined) return {};
  const { bootId, startedAt, ms } = before;
  return { whole: before.whole ?? { bootId, startedAt, ms } };
}

/** Characters of diffs that the record keeps for a stage: it is read at each boot. */
const diffLimit = 64 * 1024;

/** Changes beyond the limit keep their name alone. */
function limitDiffs(outcomes: readonly Outcome[]): readonly Outcome[] {
  let left = diffLimit;
  return outcomes.map((outcome) => {
    if (outcome.changes === undefined) return outcome;
    const changes = outcome.changes.map((change) => {
      left -= (change.diff ?? []).reduce((sum, line) => sum + line.length, 0);
      return left >= 0 ? change : { op: change.op, what: change.what };
    });
    return { ...outcome, changes };
  });
}

/** Neither rolled back nor cut short: the next run need not try again. */
function isNetworkSettled({ networkFailure, cutShort }: ApplyResult): boolean {
  return networkFailure === undefined && cutShort === undefined;
}

/** What a run that looks at the network alone does not look at. */
function isAboutUserData({ source }: Diagnostic): boolean {
  return /user[_-]data|^metadata$/.test(source);
}

function heldNetwork(steps: readonly Step[], { outcomes }: ApplyResult): readonly Step[] {
  const held = new Set(outcomes.filter(isHeld).map(({ step }) => step.id));
  return steps.filter(({ id, module, action }) => module === 'network' && action.kind !== 'netRemove' && held.has(id));
}

/** A run that changes nothing looks at nothing: what an earlier one saw still stands. */
function findChecks(
  { steps }: PlannedInstance,
  { outcomes, networkFailure }: ApplyResult,
  seen: readonly NetworkCheck[] | undefined,
): readonly NetworkCheck[] | undefined {
  if (networkFailure !== undefined || !steps.some(({ id }) => id === verifyStepId)) return undefined;
  const checks = outcomes.flatMap((outcome) => outcome.checks ?? []);
  return checks.length > 0 ? checks : seen;
}

/**
 * Steps that look although nothing changes: they have seen trouble, and the guest may have been mended since; or a first run, of which
 * there is a journal alone, was cut off before it looked.
 */
export function listLooks(
  record: Pick<InstanceRecord, 'networkChecks'> | undefined,
  isTakenUp: boolean,
): ReadonlySet<string> {
  const isOpen = record === undefined ? isTakenUp : listTroubles(record.networkChecks).length > 0;
  return new Set(isOpen ? [verifyStepId] : []);
}

/** The service that has the whole network in its files; none when a file could not be written. */
function findWrittenBackend(
  { steps, backend }: PlannedInstance,
  { outcomes }: ApplyResult,
): NetworkBackend | undefined {
  const files = steps.filter((step) => step.module === networkFilesModule);
  const held = new Set(outcomes.filter(isHeld).map(({ step }) => step.id));
  return files.length > 0 && files.every(({ id }) => held.has(id)) ? backend.backend : undefined;
}

function isHeld({ status }: Outcome): boolean {
  return status === 'changed' || status === 'unchanged';
}

function findHostname(steps: readonly Step[]): string | undefined {
  const action = steps.map((step) => step.action).find(({ kind }) => kind === 'hostname');
  return action?.kind === 'hostname' ? action.name : undefined;
}
