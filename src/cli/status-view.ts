// What is known of the last run, from the public status of this boot and, for root, the record.

import type { Diagnostic } from '../core/diagnostic.ts';
import { type ExitCode, exitCodes } from '../core/error.ts';
import type { Facts, LinkFact } from '../core/facts.ts';
import type { NetworkCheck } from '../core/network-check.ts';
import type { Outcome, Step } from '../core/plan.ts';
import { listNics } from '../network/match.ts';
import type { CloudInitRole } from '../pipeline/cloud-init.ts';
import { isNetworkFailure } from '../pipeline/identity.ts';
import type { PublicStatus, PublicStep } from '../pipeline/public-status.ts';
import { type InstanceRecord, stateDirectory, sumStages } from '../state/record.ts';
import { nameInstanceFolder } from '../state/store.ts';
import { explainAbsence } from './untold-run.ts';

export type NetworkLine = { readonly wanted: string; readonly present: boolean; readonly guess?: string };

/** A NIC as it is now. */
export type LinkLine = Pick<LinkFact, 'name' | 'mac' | 'up'> & { readonly addresses: readonly string[] };

export type StatusView = {
  readonly state: PublicStatus['state'] | 'never';
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string;
  readonly instance?: string;
  readonly source?: string;
  /** What cloud-init is to this guest; absent: it does not run here. */
  readonly cloudInit?: CloudInitRole;
  /** Seconds since 1970. */
  readonly startedAt?: number;
  readonly ms?: number;
  readonly network: readonly NetworkLine[];
  readonly links: readonly LinkLine[];
  /** What was seen when the network was last looked at; root only. */
  readonly checks: readonly NetworkCheck[];
  /** Everything that nothing said, with the setting that says it. */
  readonly guesses: readonly string[];
  /** Outcomes with messages and output for root, without them for others. */
  readonly steps: readonly (PublicStep & Pick<Outcome, 'message' | 'hint' | 'tail'>)[];
  readonly diagnostics: readonly Diagnostic[];
  /** What is to be known of the guest as long as it is this instance; root only. */
  readonly notices: readonly string[];
  /** Folder with what each command of user_data printed; root only. */
  readonly outputFolder?: string;
  /** When something was taken back by hand (seconds since 1970), and how many things; root only. */
  readonly undone?: InstanceRecord['undone'];
  readonly nextBoot: string;
};

/** Joins both sources; either may be absent. */
export function viewStatus(given: {
  status: PublicStatus | undefined;
  record: InstanceRecord | undefined;
  facts: Facts;
  cloudInit?: CloudInitRole | undefined;
  cloudInitEnded?: boolean;
  /** Absent record: because only root may read it. */
  isRoot?: boolean;
  kernelCommandLine?: string;
  /** Seconds since 1970. */
  now?: number;
}): StatusView {
  const { record, facts, cloudInit, isRoot = true } = given;
  const status = given.cloudInitEnded === true ? withoutPromise(given.status) : given.status;
  const stages = Object.values(record?.stages ?? {});
  const outcomes = stages.flatMap((stage) => stage.outcomes);
  const steps =
    outcomes.length > 0
      ? outcomes.map(({ step, changes: _, ...rest }) => ({ ...step, ...rest }))
      : (status?.steps ?? []);
  const verdict = describeRun(status, record, given);
  const ended = verdict.exitCode ?? (record === undefined ? exitCodes.internal : exitCodes.ok);
  const exitCode = status?.state === 'running' ? exitCodes.ok : ended;
  return {
    state: status?.state ?? (record === undefined ? 'never' : stateOf(exitCode)),
    exitCode,
    message: verdict.message,
    ...pick('hint', verdict.hint),
    ...pick('instance', record?.name ?? status?.instance),
    ...pick('source', record?.source ?? status?.source),
    ...pick('cloudInit', cloudInit),
    ...pick('startedAt', record?.startedAt ?? status?.startedAt),
    ...pick('ms', (record === undefined ? undefined : sumStages(record)) ?? status?.ms),
    network: (record?.networkSteps ?? []).map((step) => compare(step, facts)).filter((line) => line !== undefined),
    links: listNics(facts.links).map(describeLink),
    checks: record?.networkChecks ?? [],
    guesses: [...new Set([...(record?.networkSteps ?? []), ...steps].flatMap(({ guess }) => guess ?? []))],
    steps,
    diagnostics: record?.diagnostics ?? [],
    notices: record?.notices ?? [],
    ...pick(
      'outputFolder',
      record === undefined ? undefined : `${nameInstanceFolder(stateDirectory, record.name)}/output`,
    ),
    ...pick('undone', record?.undone),
    nextBoot: isRoot ? describeNextBoot(record, cloudInit) : 'only root can tell: sudo guest-init status',
  };
}

type Told = { readonly message: string; readonly hint?: string; readonly exitCode?: ExitCode };

/** The last line of the last run; where this boot has had none, that comes first. */
function describeRun(
  status: PublicStatus | undefined,
  record: InstanceRecord | undefined,
  { kernelCommandLine = '', now = 0 }: { kernelCommandLine?: string; now?: number },
): Told {
  if (status?.state === 'running') {
    const seconds = Math.max(0, Math.round(now - status.startedAt));
    const message = `in progress for ${seconds} s${status.pid === undefined ? '' : `, process ${status.pid}`}`;
    return { message, hint: 'to wait for its end: guest-init status --wait' };
  }
  if (status !== undefined) return status;
  const absence = explainAbsence(kernelCommandLine);
  if (record?.verdict === undefined) return absence;
  const { message, exitCode } = record.verdict;
  return { ...absence, exitCode, message: `${absence.message}; before: ${message.replace(/^\(\d+\) /, '')}` };
}

function describeLink({ name, mac, up, addresses }: LinkFact): LinkLine {
  return { name, mac, up, addresses: addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`) };
}

/** A guest that was left to cloud-init, which then did not start us, is not ready. */
function withoutPromise(status: PublicStatus | undefined): PublicStatus | undefined {
  if (status?.state !== 'yielded') return status;
  return {
    ...status,
    exitCode: exitCodes.degraded,
    message: 'cloud-init has ended and has not started guest-init for this instance',
    hint: 'see /var/log/cloud-init.log, or, by hand: guest-init run',
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

function describeNextBoot(record: InstanceRecord | undefined, cloudInit: CloudInitRole | undefined): string {
  if (record === undefined) return cloudInit === 'in charge' ? 'whatever cloud-init does' : 'the whole job';
  if (record.undone?.whole === true) return 'nothing: all was undone; to do it again: guest-init run --force';
  const missing = (['early', 'late'] as const).filter((stage) => record.stages[stage] === undefined);
  if (missing.length > 0) return `the rest of stage ${missing.join(' and ')}`;
  if (isNetworkFailure(record.stages.early?.exitCode)) return 'the network again; everything else is done';
  return record.everyBoot
    ? 'network check and the steps of every boot'
    : 'network check only; everything else is done once per instance';
}
