// The two bindings of Node that start processes, used as lib/internal/child_process.js of the release named here uses them. They are no
// public interface, and a wrong argument aborts the process: any other release gets none, and node:child_process does the work.

/** The release that the executable carries. With another one, compare what its lib/internal/child_process.js gives the bindings first. */
const knownRelease = 'v24.21.0';

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

type Binding = (name: 'spawn_sync' | 'process_wrap') => {
  readonly spawn: SpawnSync;
  readonly Process: new () => Process;
  readonly constants: { readonly kProcessFlagDetached: number };
};

/** Null on another release of Node. */
export function findProcessBindings(): ProcessBindings | null {
  if (process.version !== knownRelease) return null;
  const binding = (process as unknown as { binding: Binding }).binding;
  // With NODE_PENDING_DEPRECATION=1 Node would say on the console that this is not for everybody.
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    const { spawn } = binding('spawn_sync');
    const { Process, constants } = binding('process_wrap');
    return { spawnSync: spawn, createProcess: () => new Process(), detachedFlag: constants.kProcessFlagDetached };
  } catch {
    return null;
  } finally {
    if (before === undefined) delete process.noDeprecation;
    else process.noDeprecation = before;
  }
}
