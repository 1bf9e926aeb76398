// Applies the steps of one stage in order. Each step ends in an outcome; a failure stops only what depends on it.

import type { AfterRun } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Outcome, OutcomeStatus, Step } from '../core/plan.ts';
import { executorFor, loadExecutors } from '../executors/index.ts';
import { closeLiveView, openLiveView } from '../executors/net-live-view.ts';
import { type NetworkSnapshot, restoreNetwork, snapshotNetwork } from '../executors/network-rollback.ts';
import type { Host } from '../host/host.ts';
import { fingerprintAction } from '../state/fingerprint.ts';
import type { Journal, JournalEntry, StepHistory } from '../state/journal.ts';
import type { ChangeNotes } from './change-notes.ts';
import { describeApplied, describeStep, recallChanges } from './describe-outcome.ts';
import type { EarlyResult } from './early-result.ts';
import { watchLooseWrites } from './loose-writes.ts';

/** A user command that a power cut interrupted is tried this often before it counts as failed. */
const triesLimit = 3;

/** Steps of the network: with fewer there is nothing to gain from running them together. */
const severalLinks = 8;
/** The same for users: the shell that starts useradd takes as long as two that it starts. */
const severalUsers = 4;

export type ApplyOptions = {
  readonly steps: readonly Step[];
  readonly host: Host;
  readonly journal: Journal;
  readonly bootId: string;
  readonly instanceDirectory: string;
  /** Folder in memory, for root alone. */
  readonly volatileDirectory?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly commandTimeoutMs: number;
  /** Done before the first step that changes something; while the network is asked, where it is. */
  prepare?(): void;
  /** Steps that look and have seen trouble the last time: done although nothing has changed. */
  readonly lookAgain?: ReadonlySet<string>;
  /** A run before this one has begun the stage and was cut off. */
  readonly isResumed?: boolean;
  /** host.monotonic() value at which the stage began: the zero of each step's `startMs`. Absent: now. */
  readonly stageStart?: number;
  /** host.monotonic() value at which the stage must be over. */
  readonly deadline: number;
  /** Set by a signal: the step under way ends, then the run stops. */
  stopRequested(): boolean;
  onBegin(step: Step): void;
  onOutcome(outcome: Outcome): void;
};

export type ApplyResult = {
  readonly outcomes: readonly Outcome[];
  readonly made: readonly { path: string; sha256?: string; step: string }[];
  /** Paths made by earlier runs that are gone, or nobody's any more. */
  readonly forgotten: readonly string[];
  readonly networkFailure?: typeof exitCodes.networkRolledBack | typeof exitCodes.networkRollbackFailed;
  /** Why steps are left for the next run. */
  readonly cutShort?: 'signal' | 'deadline';
  /** What a step has left to do for when the run is over. */
  readonly afterRun?: AfterRun;
};

/** Every failure of the world is an outcome; what is thrown is a bug. */
export async function applySteps(options: ApplyOptions): Promise<ApplyResult> {
  const { host, journal, bootId } = options;
  const stageStart = options.stageStart ?? host.monotonic();
  const outcomes = new Map<string, Outcome>();
  const made: { path: string; sha256?: string; step: string }[] = [];
  const forgotten: string[] = [];
  let snapshot: NetworkSnapshot | undefined;
  let networkFailure: ApplyResult['networkFailure'];
  let cutShort: ApplyResult['cutShort'];
  let afterRun: ApplyResult['afterRun'];
  let changes: ChangeNotes | undefined;
  const loose = watchLooseWrites(host);
  const resumption = { isResumed: options.isResumed === true };

  const tell = (outcome: Outcome): void => {
    outcomes.set(outcome.step.id, outcome);
    options.onOutcome(outcome);
  };

  const journalBegin = (entry: Pick<JournalEntry, 'step' | 'action' | 'boot' | 'token'>, isDurable: boolean): void => {
    if (isDurable) loose.settle();
    journal.append({ event: 'begin', ...entry, t: host.now() }, isDurable);
  };

  let isPrepared = false;
  const prepare = (): void => {
    if (!isPrepared) options.prepare?.();
    isPrepared = true;
  };
  /** What it cannot do it does, or fails to, in its own time. */
  const meanwhile = (): void => {
    try {
      prepare();
    } catch {}
  };

  await loadExecutors(options.steps);
  const hasManyLinks = options.steps.filter(sharesLooks).length > severalLinks;
  let mayMakeUsersTogether = options.steps.filter(isUser).length >= severalUsers;
  let together: ReadonlyMap<string, EarlyResult> = new Map();
  for (const [index, step] of options.steps.entries()) {
    const isDone = together.has(step.id);
    if (!isDone) cutShort ??= findStop(options);
    // What was done ahead of its turn is still told.
    if (!isDone && cutShort !== undefined) continue;

    if (executorFor(step.action).waits !== true) prepare();
    if (sharesLooks(step)) openLiveView(host);
    else closeLiveView(host);
    const startedAt = host.monotonic();
    const entry = isJournaled(step) ? toEntry(step, bootId) : undefined;
    const past = entry && applicableHistory(journal.history.get(step.id), step, entry.action, bootId);
    const end = (status: OutcomeStatus, details: Partial<Outcome> = {}): void => {
      const time = { startMs: startedAt - stageStart, ms: host.monotonic() - startedAt };
      const outcome = { ...describeStep(step), status, ...time, ...details };
      if (status !== 'unchanged') loose.note(step.action.kind);
      const event = status === 'failed' ? 'failed' : 'done';
      if (entry) journal.append({ event, ...entry, t: host.now(), outcome }, step.action.kind === 'exec');
      tell(outcome);
    };

    const isAsTold = (): boolean =>
      !isUser(step) || executorFor(step.action).inspect(step.action, host, resumption).state === 'same';
    if (past?.ended?.outcome !== undefined && isAsTold()) {
      const { startMs: _, ...before } = past.ended.outcome;
      tell(before);
      continue;
    }
    const hindrance = findHindrance(step, outcomes, networkFailure !== undefined);
    if (hindrance !== undefined) {
      tell({ ...describeStep(step), status: 'skipped', ms: 0, message: hindrance });
      continue;
    }
    if (step.action.kind === 'exec' && (past?.tries ?? 0) >= triesLimit) {
      end('failed', { message: `cut off by ${triesLimit} restarts; not tried again` });
      continue;
    }
    const once = step.frequency === 'once' ? await import('../state/once.ts') : undefined;
    // A try of this instance that was cut off goes on.
    if (once?.isMarkedOnce(step.action, host) && past === undefined) {
      end('unchanged', { message: 'was run on this guest before' });
      continue;
    }
    try {
      const executor = executorFor(step.action);
      const isIdle = hasNothingToTell(step, outcomes) && options.lookAgain?.has(step.id) !== true;
      const found = isDone || isIdle ? undefined : executor.inspect(step.action, host, resumption);
      if (!isDone && (found === undefined || found.state === 'same')) {
        end('unchanged');
        continue;
      }
      options.onBegin(step);
      if (step.module === 'network' && step.action.kind !== 'netVerify') snapshot ??= snapshotNetwork(host);
      // After a crash the first try's mark still names the result that was meant; a new one could be made from half of it.
      const token = past?.token ?? executor.token?.(step.action, host);
      const mark = token === undefined ? {} : { token };
      const isDurable = step.action.kind === 'exec' || token !== undefined;
      if (entry && !isDone) journalBegin({ ...entry, ...mark }, isDurable);
      once?.markOnce(step.action, host);
      if (hasManyLinks && sharesLooks(step) && !isDone) {
        const { applyTogether } = await import('./apply-together.ts');
        const rest = options.steps.slice(index);
        together = applyTogether(rest, host, (other) => isFree(other, rest, outcomes));
      }
      if (mayMakeUsersTogether && isUser(step) && !isDone) {
        const { makeUsersTogether } = await import('./users-together.ts');
        const notes = changes ?? (await noteChanges(options));
        changes = notes;
        const { results, isSound } = makeUsersTogether(options.steps.slice(index), host, {
          // What a run before this one had begun is looked at when its turn comes.
          isFree: (other) => !journal.history.has(other.id) && isReady(other, outcomes),
          begin: (other) => {
            if (other !== step) journalBegin(toEntry(other, bootId), false);
            notes.beginStep(other);
          },
        });
        together = results;
        mayMakeUsersTogether = isSound;
      }
      const early = together.get(step.id);
      if (early !== undefined) {
        if (early.error !== undefined) throw early.error;
        end('changed', { startMs: early.startedAt - stageStart, ms: early.ms });
        continue;
      }
      changes ??= step.module === 'network' ? undefined : await noteChanges(options);
      const applied = await executor.apply(step.action, changes?.beginStep(step) ?? host, {
        commandTimeoutMs: Math.max(1000, Math.min(options.commandTimeoutMs, options.deadline - host.monotonic())),
        instanceDirectory: options.instanceDirectory,
        ...(options.volatileDirectory === undefined ? {} : { volatileDirectory: options.volatileDirectory }),
        environment: options.environment,
        stepId: step.id,
        meanwhile,
        ...resumption,
        get failed() {
          return listFailed(outcomes);
        },
        ...(past === undefined || past.tries === 0 ? {} : { interrupted: { tries: past.tries, ...mark } }),
      });
      if (applied?.idle !== true) changes?.endStep(step);
      for (const item of applied?.made ?? []) made.push({ ...item, step: step.id });
      afterRun = applied?.afterRun ?? afterRun;
      forgotten.push(...(applied?.forgotten ?? []));
      const [status, details] = describeApplied(applied);
      // Who stops a unit ends its commands as well: this one has not failed, it was cut off.
      if (status === 'failed' && options.stopRequested()) {
        cutShort = 'signal';
        continue;
      }
      end(status, status === 'changed' ? { ...details, ...recallChanges(step, found, host) } : details);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      end('failed', { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
      closeLiveView(host);
      if (step.module === 'network') networkFailure = rollBack(snapshot, host, outcomes, options.onOutcome);
    }
  }
  prepare();
  closeLiveView(host);
  changes?.close();
  loose.settleAll();
  return {
    outcomes: [...outcomes.values()],
    made,
    forgotten,
    ...(networkFailure === undefined ? {} : { networkFailure }),
    ...(cutShort === undefined ? {} : { cutShort }),
    ...(afterRun === undefined ? {} : { afterRun }),
  };
}

/** What steps change is noted for `undo`; a run that only sets up the network has nothing to note. */
async function noteChanges({ host, instanceDirectory }: ApplyOptions): Promise<ChangeNotes> {
  const { openChangeNotes } = await import('./change-notes.ts');
  return openChangeNotes(host, instanceDirectory);
}

/** Live network state does not survive what interrupted us; it is compared anew every time, and nobody would read the lines. */
function isJournaled({ module }: Step): boolean {
  return module !== 'network';
}

function isUser({ action }: Step): boolean {
  return action.kind === 'user';
}

function toEntry({ id, action }: Step, boot: string): Pick<JournalEntry, 'step' | 'action' | 'boot'> {
  return { step: id, action: fingerprintAction(action), boot };
}

function findStop({ host, stopRequested, deadline }: ApplyOptions): ApplyResult['cutShort'] {
  if (stopRequested()) return 'signal';
  return host.monotonic() > deadline ? 'deadline' : undefined;
}

/** Steps that set one thing each, with nothing between them; what waits must see what comes meanwhile. */
function sharesLooks({ module, action }: Step): boolean {
  return module === 'network' && action.kind !== 'netProbe' && action.kind !== 'netVerify';
}

/** Why a step cannot be tried: the network it belongs to was put back, or something that it needs is not there. */
function findHindrance(step: Step, outcomes: ReadonlyMap<string, Outcome>, networkFailed: boolean): string | undefined {
  if (step.module === 'network' && networkFailed) return 'the network was rolled back';
  const cause = step.needs?.find((id) => ['failed', 'skipped'].includes(outcomes.get(id)?.status ?? ''));
  if (cause === undefined) return undefined;
  return `needs ${cause}, which ${outcomes.get(cause)?.status === 'failed' ? 'failed' : 'was skipped'}`;
}

/** Whether all that a step needs has been done. */
function isReady(step: Step, outcomes: ReadonlyMap<string, Outcome>): boolean {
  return findHindrance(step, outcomes, false) === undefined && (step.needs ?? []).every((id) => outcomes.has(id));
}

/** Whether a step of the network waits for nothing but the steps around it. */
function isFree(step: Step, around: readonly Step[], outcomes: ReadonlyMap<string, Outcome>): boolean {
  if (!sharesLooks(step) || findHindrance(step, outcomes, false) !== undefined) return false;
  return step.needs?.every((id) => outcomes.has(id) || around.some((other) => other.id === id)) ?? true;
}

function listFailed(outcomes: ReadonlyMap<string, Outcome>): ReadonlySet<string> {
  const failed = [...outcomes.values()].filter(({ status }) => status === 'failed' || status === 'skipped');
  return new Set(failed.map(({ step }) => step.id));
}

/** Services and their tools are told of changes only, and only changes are looked at again. */
function hasNothingToTell({ action }: Step, outcomes: ReadonlyMap<string, Outcome>): boolean {
  if (!('onChangeOf' in action) || action.onChangeOf === undefined) return false;
  return !action.onChangeOf.some((id) => outcomes.get(id)?.status === 'changed');
}

/** What an interrupted run left counts for the same action only; a step of every boot only within its boot. */
function applicableHistory(
  history: StepHistory | undefined,
  step: Step,
  action: string,
  bootId: string,
): StepHistory | undefined {
  if (history === undefined || history.action !== action) return undefined;
  if (step.frequency === 'boot' && history.ended !== undefined && history.ended.boot !== bootId) return undefined;
  return history;
}

function rollBack(
  snapshot: NetworkSnapshot | undefined,
  host: Host,
  outcomes: Map<string, Outcome>,
  onOutcome: (outcome: Outcome) => void,
): NonNullable<ApplyResult['networkFailure']> {
  let code: NonNullable<ApplyResult['networkFailure']> = exitCodes.networkRolledBack;
  let message = 'taken back: the network is as it was';
  try {
    if (snapshot !== undefined) restoreNetwork(snapshot, host);
  } catch (error) {
    code = exitCodes.networkRollbackFailed;
    message = `could not be taken back: ${error instanceof Error ? error.message : 'unknown'}`;
  }
  for (const [id, outcome] of outcomes) {
    if (outcome.step.module !== 'network' || outcome.status !== 'changed') continue;
    const undone: Outcome = { ...outcome, status: 'skipped', message };
    outcomes.set(id, undone);
    onOutcome(undone);
  }
  return code;
}
