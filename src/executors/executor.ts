// The contract of an executor: one per action kind. `inspect` looks, `apply` does, `undo` takes back (network only).

import type { Action, AfterRun } from '../core/action.ts';
import type { NetworkCheck } from '../core/network-check.ts';
import type { Change } from '../core/plan.ts';
import type { Host } from '../host/host.ts';

export type { Change };

/** same: nothing to do. unknown: cannot be seen from here (not root, a command of the user). */
export type Inspection =
  | { readonly state: 'same' }
  | { readonly state: 'differs'; readonly changes: readonly Change[] }
  | { readonly state: 'unknown'; readonly changes: readonly Change[] };

/** What `apply` reports beyond success: fields of the outcome and what the record must know to undo or recognise it. */
export type Applied = {
  readonly message?: string;
  /** It has only looked, and nothing is changed. */
  readonly checks?: readonly NetworkCheck[];
  /** It had to be tried to be seen: all was as asked for already. */
  readonly idle?: true;
  readonly exitCode?: number;
  readonly tail?: readonly string[];
  /** The command of a user failed: the step is a failure although nothing was thrown. */
  readonly failed?: string;
  /** Paths made or replaced, with the digest of their content (hex sha256). */
  readonly made?: readonly { readonly path: string; readonly sha256?: string }[];
  /** For people, at the console and in the log. */
  readonly lines?: readonly string[];
  readonly afterRun?: AfterRun;
  /** Paths that the record need not know any longer. */
  readonly forgotten?: readonly string[];
};

/** A run before this one was cut off: what is there may be half of what it was making. */
export type InspectContext = { readonly isResumed?: boolean };

export type ApplyContext = InspectContext & {
  /** Milliseconds that a user command may take. */
  readonly commandTimeoutMs: number;
  /** Folder of this instance's state: command logs go to its output/ folder, scripts to its scripts/ folder. */
  readonly instanceDirectory: string;
  /** Folder in memory, where what only a command of this run reads costs no wait for the disk. Absent: that of the instance. */
  readonly volatileDirectory?: string;
  /** Environment of user commands: GUEST_INIT_*, INSTANCE_ID. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stepId: string;
  /** Work for a step that has to wait for an answer; does nothing when it has been done. Never throws. */
  readonly meanwhile?: () => void;
  /** Steps of this run that failed or were skipped. */
  readonly failed?: ReadonlySet<string>;
  /** From an interrupted earlier try of the same step: what it was about to make. */
  readonly interrupted?: { readonly token?: string; readonly tries: number };
};

export type Executor<A extends Action> = {
  /** It waits for answers, and does `meanwhile` what else is to be done. */
  readonly waits?: true;
  inspect(action: A, host: Host, context?: InspectContext): Inspection;
  apply(action: A, host: Host, context: ApplyContext): Applied | undefined | Promise<Applied | undefined>;
  /**
   * The command lines of `apply`, where these are all that it does and neither depends on what other steps change: such steps may be run
   * together. Undefined: `apply` alone knows.
   */
  plainCommands?(action: A, host: Host): readonly (readonly string[])[] | undefined;
  /** A mark of the intended result, journaled before the step, that lets the next run recognise a step that a crash left undecided. */
  token?(action: A, host: Host): string | undefined;
};
