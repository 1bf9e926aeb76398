// How a run ended, as an exit code and as the one line that somebody reads at a console. That line alone must be enough to go on.

import { type Diagnostic, formatPlace, formatProblem } from '../core/diagnostic.ts';
import { type ExitCode, exitCodes } from '../core/error.ts';
import { listTroubles, probeStepId, verifyStepId } from '../core/network-check.ts';
import { labelStep, type Outcome, type Step } from '../core/plan.ts';
import type { ApplyResult } from './apply.ts';

export type VerdictWord = 'OK' | 'DEGRADED' | 'FAILED';

export type Verdict = {
  readonly exitCode: ExitCode;
  readonly word: VerdictWord;
  /** One line, ASCII, no secrets. */
  readonly message: string;
  readonly hint?: string;
};

export type VerdictInput = {
  readonly outcomes: readonly Outcome[];
  readonly diagnostics: readonly Diagnostic[];
  readonly missingLinks: readonly string[];
  readonly networkFailure?: ApplyResult['networkFailure'];
  readonly cutShort?: ApplyResult['cutShort'];
  readonly quarantined?: string;
  /** Why the state of this run will not last. */
  readonly stateFailure?: string;
};

/** The first that applies: network not restored, network rolled back, NIC missing, cut short, state lost, input over a limit, something failed, fine. */
export function judge(input: VerdictInput): ExitCode {
  if (input.networkFailure !== undefined) return input.networkFailure;
  if (input.missingLinks.length > 0) return exitCodes.linkMissing;
  if (input.cutShort === 'signal') return exitCodes.terminated;
  if (input.cutShort === 'deadline') return exitCodes.deadline;
  if (input.stateFailure !== undefined) return exitCodes.stateUnwritable;
  if (input.quarantined !== undefined) return exitCodes.stateCorrupt;
  const failed = input.outcomes.some(({ status }) => status === 'failed' || status === 'skipped');
  const isSilent = input.outcomes.some(({ checks }) => listTroubles(checks).length > 0);
  const errors = input.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.some(({ code }) => code === 'limit')) return exitCodes.inputLimit;
  return failed || isSilent || errors.length > 0 ? exitCodes.degraded : exitCodes.ok;
}

/** `subject` is the guest in a few words (`web-1 eth0 10.0.0.5/24 via 10.0.0.254 (guessed)`). */
export function describeVerdict(subject: string, input: VerdictInput): Verdict {
  const exitCode = judge(input);
  const problems = describeProblems(input);
  const [first] = problems;
  if (exitCode === exitCodes.ok || first === undefined) return { exitCode, word: 'OK', message: subject };
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const isDegraded = exitCode === exitCodes.degraded || exitCode === exitCodes.inputLimit;
  const word = isDegraded ? 'DEGRADED' : 'FAILED';
  const message = word === 'DEGRADED' ? `${subject}; ${first}${more}` : `(${exitCode}) ${first}${more}; ${subject}`;
  const hints: Partial<Record<ExitCode, string>> = {
    [exitCodes.linkMissing]: "fix the port's MAC address or attach the port, then reboot, or: guest-init run --force",
    [exitCodes.networkRolledBack]: 'see: guest-init status, then: guest-init run --force',
    [exitCodes.networkRollbackFailed]: 'check: ip addr, ip route; then: guest-init run --force',
    [exitCodes.stateUnwritable]: 'free space or make the file system writable, then: guest-init run',
    [exitCodes.terminated]: 'the rest is done by the next run: guest-init run',
    [exitCodes.deadline]: 'the rest is done by the next run: guest-init run',
  };
  return { exitCode, word, message, hint: hints[exitCode] ?? 'see: guest-init status' };
}

/** Problems in the order in which an operator cares: network, cut short, failed steps, input, state. */
function describeProblems(input: VerdictInput): string[] {
  const failed = input.outcomes.filter(({ status }) => status === 'failed');
  const skipped = input.outcomes.filter(({ status }) => status === 'skipped');
  // What took the whole network back comes before a NIC that only its own addresses wait for.
  const isWorst = ({ step }: Outcome): boolean => input.networkFailure !== undefined && step.module === 'network';
  return [
    ...failed.filter(isWorst).map(describeFailedStep),
    ...input.missingLinks,
    ...(input.cutShort === 'signal' ? ['stopped by a signal'] : []),
    ...(input.cutShort === 'deadline' ? ['ran out of time'] : []),
    ...failed.filter((outcome) => !isWorst(outcome)).map(describeFailedStep),
    ...input.outcomes.flatMap(({ checks }) => listTroubles(checks)),
    ...input.diagnostics.filter(({ severity }) => severity === 'error').map(describeDiagnostic),
    ...skipped.map(({ step, message }) => `${labelStep(step)} skipped: ${message}`),
    ...(input.stateFailure === undefined ? [] : [`what was done will be forgotten: ${input.stateFailure}`]),
    ...(input.quarantined === undefined ? [] : [`the state was damaged and set aside as ${input.quarantined}`]),
  ];
}

function describeFailedStep({ step, message, exitCode }: Outcome): string {
  // They failed because of what they have seen.
  if (step.id === probeStepId || step.id === verifyStepId) return message ?? 'the network does not work';
  const place = step.source === undefined ? '' : ` (${step.source})`;
  const name = step.module === 'network' ? `network ${step.summary}` : labelStep(step);
  if (exitCode !== undefined) return `${name} failed, exit ${exitCode}${place}`;
  return `${name} failed: ${message ?? 'unknown'}${place}`;
}

/** `user_data:14:5 write_files[1].path: expected a string, found a number`. */
export function describeDiagnostic(diagnostic: Diagnostic): string {
  return `${formatPlace(diagnostic)} ${formatProblem(diagnostic)}`;
}

/** Addresses and default routes that are in force, for the last line: `eth0 10.0.0.5/24 via 10.0.0.254 (guessed)`. */
export function describeNetwork(steps: readonly Step[], outcomes: readonly Outcome[]): string {
  const held = new Set(
    outcomes.filter(({ status }) => status === 'changed' || status === 'unchanged').map(({ step }) => step.id),
  );
  const words: string[] = [];
  for (const step of steps) {
    if (!held.has(step.id)) continue;
    const { action } = step;
    if (action.kind === 'netAddress') words.push(`${action.link} ${action.address}/${action.prefixLength}`);
    if (action.kind === 'netRoute' && action.prefixLength === 0) words.push(`via ${action.gateway}`);
  }
  if (words.length > 0 && steps.some((step) => step.guess !== undefined && held.has(step.id))) words.push('(guessed)');
  return words.join(' ');
}
