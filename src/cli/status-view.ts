// What is known of the last run, from the public status of this boot and, for root, the record.

import type { Diagnostic } from '../core/diagnostic.ts';
import { type ExitCode, exitCodes } from '../core/error.ts';
import type { Facts } from '../core/facts.ts';
import type { Outcome, Step } from '../core/plan.ts';
import type { PublicStatus, PublicStep } from '../pipeline/public-status.ts';
import type { InstanceRecord } from '../state/record.ts';

export type NetworkLine = { readonly wanted: string; readonly present: boolean; readonly guess?: string };

export type StatusView = {
  readonly state: PublicStatus['state'] | 'never';
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string;
  readonly instance?: string;
  readonly source?: string;
  /** Seconds since 1970. */
  readonly startedAt?: number;
  readonly ms?: number;
  readonly network: readonly NetworkLine[];
  /** Outcomes with messages and output for root, without them for others. */
  readonly steps: readonly (PublicStep & Pick<Outcome, 'message' | 'hint' | 'tail'>)[];
  readonly diagnostics: readonly Diagnostic[];
  readonly nextBoot: string;
};

/** Joins both sources; either may be absent. */
export function viewStatus(given: {
  status: PublicStatus | undefined;
  record: InstanceRecord | undefined;
  facts: Facts;
}): StatusView {
  const { status, record, facts } = given;
  const stages = Object.values(record?.stages ?? {});
  const outcomes = stages.flatMap((stage) => stage.outcomes);
  const steps =
    outcomes.length > 0 ? outcomes.map(({ step, ...rest }) => ({ ...step, ...rest })) : (status?.steps ?? []);
  const verdict = status ?? record?.verdict;
  const ended = verdict?.exitCode ?? (record === undefined ? exitCodes.internal : exitCodes.ok);
  const exitCode = status?.state === 'running' ? exitCodes.ok : ended;
  return {
    state: status?.state ?? (record === undefined ? 'never' : stateOf(exitCode)),
    exitCode,
    message: verdict?.message ?? 'has not run in this boot',
    ...pick('hint', verdict?.hint),
    ...pick('instance', record?.name ?? status?.instance),
    ...pick('source', record?.source ?? status?.source),
    ...pick('startedAt', record?.startedAt ?? status?.startedAt),
    ...pick('ms', stages.length > 0 ? stages.reduce((sum, stage) => sum + stage.ms, 0) : status?.ms),
    network: (record?.networkSteps ?? []).map((step) => compare(step, facts)).filter((line) => line !== undefined),
    steps,
    diagnostics: record?.diagnostics ?? [],
    nextBoot: describeNextBoot(record),
  };
}

function stateOf(exitCode: ExitCode): PublicStatus['state'] {
  if (exitCode === exitCodes.ok) return 'ok';
  return exitCode === exitCodes.degraded ? 'degraded' : 'failed';
}

function pick<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [name in K]?: V };
}

function compare(step: Step, facts: Facts): NetworkLine | undefined {
  const { action } = step;
  const guess = step.guess === undefined ? {} : { guess: step.guess };
  if (action.kind === 'netAddress') {
    const link = facts.links.find(({ name }) => name === action.link);
    const present =
      link?.addresses.some(
        ({ address, prefixLength }) => address === action.address && prefixLength === action.prefixLength,
      ) ?? false;
    return { wanted: `${action.link} ${action.address}/${action.prefixLength}`, present, ...guess };
  }
  if (action.kind === 'netRoute' && action.family === 4) {
    const present = facts.routes.some(
      (route) =>
        route.link === action.link &&
        route.destination === action.destination &&
        route.prefixLength === action.prefixLength &&
        route.gateway === action.gateway,
    );
    const destination = action.prefixLength === 0 ? 'default' : `${action.destination}/${action.prefixLength}`;
    return { wanted: `${destination} via ${action.gateway} dev ${action.link}`, present, ...guess };
  }
  return undefined;
}

function describeNextBoot(record: InstanceRecord | undefined): string {
  if (record === undefined) return 'the whole job';
  const missing = (['early', 'late'] as const).filter((stage) => record.stages[stage] === undefined);
  if (missing.length > 0) return `the rest of stage ${missing.join(' and ')}`;
  return record.everyBoot
    ? 'network check and bootcmd'
    : 'network check only; everything else is done once per instance';
}
