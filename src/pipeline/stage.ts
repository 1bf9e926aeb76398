// One stage as data: which steps it has, and what the record says of it afterwards. Pure.

import type { Diagnostic } from '../core/diagnostic.ts';
import { exitCodes } from '../core/error.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { Outcome, Stage, Step } from '../core/plan.ts';
import { nameServersModule } from '../network/name-servers.ts';
import { networkFilesModule } from '../network/persistence.ts';
import type { InstanceRecord } from '../state/record.ts';
import type { ApplyResult } from './apply.ts';
import type { StageWork } from './identity.ts';
import type { PlannedInstance } from './plan.ts';
import { judge, type VerdictInput } from './verdict.ts';

/** Modules whose steps are about the network, of every boot, and no reason to read a known drive again. */
const networkModules: ReadonlySet<string> = new Set(['network', networkFilesModule, nameServersModule]);

/** Below --root there is no kernel to give an address to and no service to tell; commands of the user belong to a running guest. */
export function selectSteps(
  steps: readonly Step[],
  { stage, work, live, isNetworkLeft }: { stage: Stage; work: StageWork; live: boolean; isNetworkLeft: boolean },
): Step[] {
  return steps.filter(
    (step) =>
      step.stage === stage &&
      (work === 'whole' || (step.frequency === 'boot' && !(isNetworkLeft && networkModules.has(step.module)))) &&
      (live || !(step.module === 'network' || step.action.kind === 'exec' || step.action.kind === 'service')),
  );
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
  /** The network was left to its service: what the record says of it still holds. */
  readonly isNetworkLeft: boolean;
};

/** The record after a stage; a stage that was cut short is not entered as done. */
export function recordStage(record: InstanceRecord, report: StageReport): InstanceRecord {
  const { stage, plan, result, bootId, startedAt, ms } = report;
  const outcomes =
    report.work === 'whole' ? result.outcomes : mergeOutcomes(record.stages[stage]?.outcomes ?? [], result.outcomes);
  const early = stage === 'early';
  const exitCode = judge({
    ...result,
    outcomes,
    missingLinks: early ? plan.missingLinks : [],
    diagnostics: early ? report.diagnostics : [],
  });
  const hostname = findHostname(plan.steps) ?? record.hostname;
  const replaced = new Set([...result.made.map(({ path }) => path), ...result.forgotten]);
  const { networkBackend: before, ...rest } = record;
  const isNetworkDone = early && !report.isNetworkLeft;
  const backend = isNetworkDone ? findWrittenBackend(plan, result) : before;
  return {
    ...rest,
    ...(hostname === undefined ? {} : { hostname }),
    ...(backend === undefined ? {} : { networkBackend: backend }),
    source: report.source,
    bootId,
    networkSteps: isNetworkDone ? heldNetwork(plan.steps, result) : record.networkSteps,
    ...(early ? { missingLinks: plan.missingLinks } : {}),
    everyBoot: plan.steps.some((step) => step.frequency === 'boot' && !networkModules.has(step.module)),
    diagnostics: report.diagnostics,
    made: [...record.made.filter(({ path }) => !replaced.has(path)), ...result.made],
    stages:
      result.cutShort === undefined
        ? { ...record.stages, [stage]: { bootId, startedAt, ms, exitCode, outcomes } }
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
  for (const outcome of repeated) merged.set(outcome.step.id, outcome);
  return [...merged.values()];
}

function heldNetwork(steps: readonly Step[], { networkFailure, outcomes }: ApplyResult): readonly Step[] {
  if (networkFailure !== undefined) return [];
  const held = new Set(outcomes.filter(isHeld).map(({ step }) => step.id));
  return steps.filter((step) => step.module === 'network' && held.has(step.id));
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
