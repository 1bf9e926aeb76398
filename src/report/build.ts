// Makes the report of the last run from what is remembered of it and from the guest as it is now.

import { formatPlace } from '../core/diagnostic.ts';
import { type ExitCode, exitCodes } from '../core/error.ts';
import type { Facts } from '../core/facts.ts';
import { labelStep, type Outcome, type OutcomeStatus, stages } from '../core/plan.ts';
import type { InstanceRecord, StageRecord } from '../state/record.ts';
import { viewLinks } from './links.ts';
import type { Report, ReportFile, ReportMachine, ReportStage, ReportStep } from './view.ts';

/** How the last run ended, as `guest-init status` has it. */
export type RunStatus = Pick<Report, 'state' | 'exitCode' | 'message' | 'nextBoot' | 'guesses'> &
  Partial<Pick<Report, 'hint' | 'instance' | 'source' | 'startedAt' | 'ms'>> & {
    readonly steps: readonly Omit<ReportStep, 'label' | 'log' | 'changes'>[];
  };

export type ReportInput = {
  readonly program: string;
  readonly status: RunStatus;
  /** Absent: there is none, or only root may read it. */
  readonly record?: InstanceRecord | undefined;
  readonly isRoot: boolean;
  readonly facts: Facts;
  readonly machine: ReportMachine;
  readonly hostname?: string | undefined;
  /** Seconds since 1970. */
  readonly now: number;
  /** The file in which a step's command left all that it printed. */
  findLog(stepId: string): string;
};

/** Everything that may be told to who asks. */
export function buildReport(input: ReportInput): Report {
  const { record, status, isRoot } = input;
  const steps = record === undefined ? status.steps.map(withLabel) : listSteps(record, input.findLog);
  return {
    version: 1,
    program: input.program,
    scope: isRoot ? 'whole' : 'public',
    madeAt: input.now,
    ...{ state: status.state, exitCode: status.exitCode, message: status.message },
    ...say('hint', mendHint(status.hint)),
    ...say('hostname', record?.hostname ?? input.hostname),
    ...say('instance', status.instance),
    ...say('source', status.source),
    ...say('startedAt', status.startedAt),
    ...say('ms', record === undefined ? status.ms : sumWhole(record)),
    machine: input.machine,
    stages: record === undefined ? summariseStages(status.steps) : listStages(record),
    steps,
    counts: count(steps),
    network: {
      links: viewLinks(record, input.facts),
      ...say('backend', record?.networkBackend),
      missing: record?.missingLinks ?? [],
    },
    notices: record?.notices ?? [],
    guesses: status.guesses,
    problems: record?.diagnostics ?? [],
    files: record === undefined ? [] : listFiles(record),
    nextBoot: status.nextBoot,
  };
}

/** `user_data:14:5 write_files[1].path: expected …`: a problem of the input in one line. */
export function describeProblem(problem: Report['problems'][number]): string {
  const { path = '', message } = problem;
  return `${formatPlace(problem)} ${path === '' ? message : `${path}: ${message}`}`;
}

/** Whether a step ran a command of the user. */
export function isCommand({ exitCode, tail }: Pick<ReportStep, 'exitCode' | 'tail'>): boolean {
  return exitCode !== undefined || tail !== undefined;
}

/** The path that a change of a file is about: `/etc/motd  0644 root:root  6 bytes` and `/etc/localtime -> /usr/…` begin with it. */
export function pathOf(what: string): string | undefined {
  return what.startsWith('/') ? what.split(/ {2}| -> /)[0] : undefined;
}

function listSteps(record: InstanceRecord, findLog: ReportInput['findLog']): ReportStep[] {
  return stages.flatMap((name) =>
    (record.stages[name]?.outcomes ?? []).map(({ step, checks: _, lines: __, ...rest }: Outcome): ReportStep => {
      const told = { ...step, ...rest };
      return { ...withLabel(told), ...(isCommand(told) ? { log: findLog(step.id) } : {}) };
    }),
  );
}

function withLabel(step: Omit<ReportStep, 'label'>): ReportStep {
  return { ...step, label: labelStep(step) };
}

function listStages(record: InstanceRecord): ReportStage[] {
  return stages.flatMap((name) => {
    const stage = record.stages[name];
    return stage === undefined ? [] : [describeStage(name, stage)];
  });
}

function describeStage(name: ReportStage['name'], stage: StageRecord): ReportStage {
  const { bootId, startedAt, ms } = stage.whole ?? stage;
  const again = stage.whole === undefined ? {} : { repeatedAt: stage.startedAt };
  return { name, bootId, startedAt, ms, exitCode: stage.exitCode, ...again };
}

/** What the steps alone tell of their stages. */
function summariseStages(steps: RunStatus['steps']): ReportStage[] {
  return stages.flatMap((name) => {
    const own = steps.filter(({ stage }) => stage === name);
    const ms = Math.max(0, ...own.map((step) => (step.startMs ?? 0) + step.ms));
    return own.length === 0 ? [] : [{ name, ms }];
  });
}

/** The last line sends people to the status: what comes after that is said instead. */
function mendHint(hint: string | undefined): string | undefined {
  return hint?.startsWith('see: guest-init status') ? 'mend what is named below, then: guest-init run --force' : hint;
}

/** Milliseconds that the whole stages took, wherever a later boot has repeated some of them. */
function sumWhole({ stages: done }: InstanceRecord): number | undefined {
  const all = Object.values(done);
  return all.length === 0 ? undefined : all.reduce((sum, stage) => sum + (stage.whole ?? stage).ms, 0);
}

function count(steps: readonly ReportStep[]): Record<OutcomeStatus, number> {
  const counts = { changed: 0, unchanged: 0, failed: 0, skipped: 0 };
  for (const { status } of steps) counts[status] += 1;
  return counts;
}

/** Paths in the order in which they were made, each with what changed in it. */
function listFiles({ made, stages: done }: InstanceRecord): ReportFile[] {
  const files = new Map<string, ReportFile>(
    made.map(({ path, sha256, step }) => [path, { path, step, ...say('sha256', sha256), changes: [] }]),
  );
  for (const { step, changes = [] } of Object.values(done).flatMap(({ outcomes }) => outcomes)) {
    for (const change of changes) {
      const path = pathOf(change.what);
      if (path === undefined) continue;
      const file = files.get(path) ?? { path, step: step.id, changes: [] };
      files.set(path, { ...file, changes: [...file.changes, change] });
    }
  }
  return [...files.values()];
}

/** The word for the end of a run, in capitals, as on the console. */
export function nameState({ state }: Pick<Report, 'state'>): string {
  return state === 'never' ? 'NOT RUN' : state.toUpperCase();
}

/** 1 where there is nothing to report. */
export function chooseExitCode({ state, instance }: Report): ExitCode {
  return state === 'never' && instance === undefined ? exitCodes.internal : exitCodes.ok;
}

function say<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [name in K]?: V };
}
