// One stage as data: which steps it has, and what the record says of it afterwards. Pure.

import type { Diagnostic } from '../core/diagnostic.ts';
import { exitCodes } from '../core/error.ts';
import type { Outcome, Stage, Step } from '../core/plan.ts';
import type { InstanceRecord } from '../state/record.ts';
import type { ApplyResult } from './apply.ts';
import type { StageWork } from './identity.ts';
import type { PlannedInstance } from './plan.ts';
import { judge, type VerdictInput } from './verdict.ts';

/** Below --root there is no kernel to give an address to and no service to tell; commands of the user belong to a running guest. */
export function selectSteps(steps: readonly Step[], stage: Stage, work: StageWork, live: boolean): Step[] {
  return steps.filter(
    (step) =>
      step.stage === stage &&
      (work === 'whole' || step.frequency === 'boot') &&
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
  return {
    ...record,
    ...(hostname === undefined ? {} : { hostname }),
    source: report.source,
    bootId,
    networkSteps: early ? heldNetwork(plan.steps, result) : record.networkSteps,
    ...(early ? { missingLinks: plan.missingLinks } : {}),
    everyBoot: plan.steps.some((step) => step.frequency === 'boot' && step.module !== 'network'),
    diagnostics: report.diagnostics,
    made: [...record.made.filter(({ path }) => !result.made.some((item) => item.path === path)), ...result.made],
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
  const held = new Set(
    outcomes.filter(({ status }) => status === 'changed' || status === 'unchanged').map(({ step }) => step.id),
  );
  return steps.filter((step) => step.module === 'network' && held.has(step.id));
}

function findHostname(steps: readonly Step[]): string | undefined {
  const action = steps.map((step) => step.action).find(({ kind }) => kind === 'hostname');
  return action?.kind === 'hostname' ? action.name : undefined;
}
