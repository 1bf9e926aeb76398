// /run/guest-init/status.json: what any user of the guest may know. Names, codes and times only, by an allow-list of fields.

import * as fs from 'node:fs';
import type { ExitCode } from '../core/error.ts';
import type { Outcome } from '../core/plan.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { runtimeDirectory } from '../host/drive-mount.ts';
import type { Verdict } from './verdict.ts';

export const publicStatusPath = `${runtimeDirectory}/status.json`;

/** One line, `0 OK web-1 eth0 10.0.0.5/24`: there when the whole job of this boot has ended, however it did. */
const readyMarkerPath = `${runtimeDirectory}/ready`;

export type PublicStep = Pick<Outcome, 'status' | 'startMs' | 'ms' | 'exitCode'> &
  Pick<Outcome['step'], 'id' | 'module' | 'stage' | 'summary' | 'source' | 'guess'>;

export type PublicStatus = {
  readonly version: 1;
  /** yielded: a unit of ours left the guest to cloud-init, which starts us later. */
  readonly state: 'running' | 'yielded' | 'ok' | 'degraded' | 'failed';
  readonly pid?: number;
  readonly exitCode?: ExitCode;
  /** The last line of the run. */
  readonly message: string;
  readonly hint?: string;
  readonly instance?: string;
  readonly source?: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly ms?: number;
  readonly steps: readonly PublicStep[];
};

/**
 * Writes for all to read; /run is gone at the next boot, which is what its freshness rests on. A status that cannot be written is left
 * out: the guest needs its address more.
 */
export function writePublicStatus(status: PublicStatus): void {
  try {
    writeFileAtomically(publicStatusPath, `${JSON.stringify(status)}\n`, { mode: 0o644, uid: 0, gid: 0 });
  } catch {}
}

/** Tells whoever waits for a file that nothing more is to come. Readable for all, like the status. */
export function writeReadyMarker({ exitCode, word, message }: Verdict): void {
  try {
    writeFileAtomically(readyMarkerPath, `${exitCode} ${word} ${message}\n`, { mode: 0o644, uid: 0, gid: 0 });
  } catch {
    // The console and the log tell it, too.
  }
}

/** Undefined: no run in this boot. */
export function readPublicStatus(): PublicStatus | undefined {
  try {
    return JSON.parse(fs.readFileSync(publicStatusPath, 'utf8')) as PublicStatus;
  } catch {
    return undefined;
  }
}

/** Leaves out messages and output lines: a command may have printed a secret. */
export function toPublicStep(outcome: Outcome): PublicStep {
  const { id, module, stage, summary, source, guess } = outcome.step;
  const { status, startMs, ms, exitCode } = outcome;
  return {
    id,
    module,
    stage,
    summary,
    ...(source === undefined ? {} : { source }),
    ...(guess === undefined ? {} : { guess }),
    status,
    ...(startMs === undefined ? {} : { startMs }),
    ms,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
