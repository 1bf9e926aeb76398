// A plan: a flat, ordered list of steps. Planners make steps, the pipeline applies them, the record remembers them by id.

import type { Action } from './action.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { NetworkCheck } from './network-check.ts';

/** early: before the network service and sshd. late: after the network is up; no login path waits for it. */
export type Stage = 'early' | 'late';

export const stages: readonly Stage[] = ['early', 'late'];

export type Step = {
  /** Stable and meaningful: `write_files/0`, `net/eth0/10.0.0.5/24`, `users/ops`. Unique within an instance. */
  readonly id: string;
  readonly module: string;
  readonly stage: Stage;
  readonly action: Action;
  /** What it does, for people, one line without secrets: `/etc/motd`, `eth0 10.0.0.5/24`. */
  readonly summary: string;
  /** Where it was asked for: `user_data:14:5`, `ec2/latest/meta-data.json`. */
  readonly source?: string;
  /** What was not said and had to be guessed, naming the setting that says it. */
  readonly guess?: string;
  /** Steps that must not have failed, else this one is skipped with that cause. */
  readonly needs?: readonly string[];
  /** A module whose steps are left out because this one does their job. */
  readonly replaces?: string;
  /** instance (default): once for this instance. boot: at every boot. once: once for this guest, whatever instance it is. */
  readonly frequency?: 'instance' | 'boot' | 'once';
};

export type Plan = {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
};

/** One visible difference between what is and what is asked for; `diff` lines start with `+`, `-` or a space. */
export type Change = {
  readonly op: '+' | '~' | '-';
  readonly what: string;
  readonly diff?: readonly string[];
};

export type OutcomeStatus = 'changed' | 'unchanged' | 'failed' | 'skipped';

/** How one step ended. `message` is for people and holds no secret; `ms` is wall time on the monotonic clock. */
export type Outcome = {
  readonly step: Pick<Step, 'id' | 'module' | 'stage' | 'summary' | 'source' | 'guess'>;
  readonly status: OutcomeStatus;
  readonly ms: number;
  /** Milliseconds from the start of its stage; absent where a run of another boot, or one that was cut off, has done the step. */
  readonly startMs?: number;
  readonly message?: string;
  readonly hint?: string;
  /** What a look at the network has seen. */
  readonly checks?: readonly NetworkCheck[];
  /** What a step says to people, line by line. */
  readonly lines?: readonly string[];
  /** Exit code of a user command. */
  readonly exitCode?: number;
  /** Last lines of a user command's output. */
  readonly tail?: readonly string[];
  /** What files it changed. A diff only of what everybody on the guest may read. */
  readonly changes?: readonly Change[];
};

/** A step's name for people: `network`, `hostname`, `runcmd[1]`, `users/ops`. */
export function labelStep({ id, module }: Pick<Step, 'id' | 'module'>): string {
  return module === 'network' ? 'network' : id.replace(/\/(\d+)$/, '[$1]');
}

/** `4 ms`, `8.4 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
