// The two bindings of Node that start processes, used as lib/internal/child_process.js uses them. Without them node:child_process does the work.

import { openBinding } from './node-bindings.ts';

type PlainStream = { readonly type: 'ignore' } | { readonly type: 'fd'; readonly fd: number };
/** Readable and writable: by the process. */
type PipeStream = {
  readonly type: 'pipe';
  readonly readable: boolean;
  readonly writable: boolean;
  readonly input?: Uint8Array;
};

type SpawnSync = (options: {
  readonly file: string;
  /** The first is the name that the process sees as its own. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly envPairs: readonly string[];
  readonly detached: boolean;
  readonly stdio: readonly (PlainStream | PipeStream)[];
  readonly timeout: number;
  readonly killSignal: number;
  readonly maxBuffer: number;
}) => {
  readonly pid: number;
  readonly status: number | null;
  readonly output: readonly (Buffer | null)[] | null;
  /** A negative errno. */
  readonly error?: number;
};

type Process = {
  readonly pid: number;
  onexit: (exitCode: number, signal: string) => void;
  /** Gives 0 or a negative errno. */
  spawn(
    file: string,
    args: readonly string[],
    cwd: string,
    envPairs: readonly string[],
    stdio: readonly PlainStream[],
    flags: number,
  ): number;
  unref(): void;
  close(): void;
};

export type ProcessBindings = {
  readonly spawnSync: SpawnSync;
  createProcess(): Process;
  /** The flag of Process.spawn for a session of its own. */
  readonly detachedFlag: number;
};

type ProcessWrap = {
  readonly Process: new () => Process;
  readonly constants: { readonly kProcessFlagDetached: number };
};

/** Null on another release of Node than the executable carries. */
export function findProcessBindings(): ProcessBindings | null {
  const sync = openBinding<{ spawn: SpawnSync }>('spawn_sync');
  const wrap = openBinding<ProcessWrap>('process_wrap');
  if (sync === null || wrap === null) return null;
  const { Process, constants } = wrap;
  return { spawnSync: sync.spawn, createProcess: () => new Process(), detachedFlag: constants.kProcessFlagDetached };
}
