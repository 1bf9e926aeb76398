// Starts processes. On the Node that the executable carries by the two bindings that node:child_process stands on: that module brings streams
// and sockets along, which costs a start 4 ms (ADR 28). On any other Node by the module.

import type * as ChildProcess from 'node:child_process';
import { findProcessBindings, type ProcessBindings } from './process-bindings.ts';

export type ProcessOptions = {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Leads a session and a process group of its own. */
  readonly detached?: boolean;
};

export type WholeRunOptions = ProcessOptions & {
  /** By descriptor of the process; a number is a descriptor of ours that it inherits. */
  readonly stdio: readonly ('ignore' | 'pipe' | number)[];
  /** What a pipe at descriptor 0 gives. */
  readonly input?: string;
  /** Whole milliseconds until SIGKILL. */
  readonly timeoutMs: number;
  /** Bytes of one output until SIGKILL. */
  readonly outputLimitBytes: number;
};

/** How a process ended that was waited for. */
export type WholeRun = {
  readonly pid: number;
  /** Null when a signal ended it, or when it could not be started. */
  readonly status: number | null;
  /** Of descriptors 1 and 2, where they were pipes. */
  readonly stdout: string;
  readonly stderr: string;
  /** errno(3) by name, or Node's code: ETIMEDOUT, ENOBUFS (too much output), EPIPE (ended before it had read its input), ENOENT. */
  readonly error?: string;
};

export type Ending = { readonly exitCode?: number; readonly signal?: string; readonly startError?: string };

export type Started = {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  /** No longer keeps this process alive. */
  leave(): void;
};

const sigkill = 9;

/** What Node's own functions say of a word that C would cut. */
const nullByte = 'ERR_INVALID_ARG_VALUE';

/** Runs a process and waits for its end. Never throws. */
export function runWhole(
  file: string,
  args: readonly string[],
  options: WholeRunOptions,
  bindings: ProcessBindings | null = lookUpBindings(),
): WholeRun {
  const { stdio, input, timeoutMs, outputLimitBytes, ...common } = options;
  if (hasNullByte(file, args, options)) return { pid: 0, status: null, stdout: '', stderr: '', error: nullByte };
  if (bindings === null) {
    const result = loadChildProcess().spawnSync(file, args, {
      ...common,
      stdio: [...stdio],
      ...(input === undefined ? {} : { input }),
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: outputLimitBytes,
    });
    const error = result.error && readCode(result.error);
    return describeRun(result, result.output, error);
  }
  const result = bindings.spawnSync({
    file,
    args: [file, ...args],
    cwd: common.cwd,
    envPairs: formatEnvironment(common.env),
    detached: common.detached === true,
    stdio: stdio.map((stream, descriptor) => {
      if (stream !== 'pipe') return stream === 'ignore' ? { type: 'ignore' } : { type: 'fd', fd: stream };
      const bytes = descriptor === 0 && input !== undefined ? { input: Buffer.from(input) } : {};
      return { type: 'pipe', readable: descriptor === 0, writable: descriptor !== 0, ...bytes };
    }),
    timeout: timeoutMs,
    killSignal: sigkill,
    maxBuffer: outputLimitBytes,
  });
  return describeRun(result, result.output, result.error === undefined ? undefined : nameError(result.error));
}

/** Starts a process and does not wait. `stdio` by descriptor of the process: a descriptor of ours, or /dev/null. Never throws. */
export function startProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions & { readonly stdio: readonly ('ignore' | number)[] },
  bindings: ProcessBindings | null = lookUpBindings(),
): Started {
  if (hasNullByte(file, args, options)) return describeUnstarted(nullByte);
  if (bindings === null) return startByModule(file, args, options);
  const child = bindings.createProcess();
  const ended = new Promise<Ending>((resolve) => {
    child.onexit = (exitCode, signal) => {
      child.close();
      if (exitCode < 0) resolve({ startError: nameError(exitCode) });
      else resolve(signal === '' ? { exitCode } : { signal });
    };
  });
  const streams = options.stdio.map((stream) =>
    stream === 'ignore' ? ({ type: 'ignore' } as const) : ({ type: 'fd', fd: stream } as const),
  );
  const flags = options.detached ? bindings.detachedFlag : 0;
  const failure = child.spawn(file, [file, ...args], options.cwd, formatEnvironment(options.env), streams, flags);
  if (failure === 0) return { pid: child.pid, ended, leave: () => child.unref() };
  child.close();
  return describeUnstarted(nameError(failure));
}

function startByModule(file: string, args: readonly string[], options: Parameters<typeof startProcess>[2]): Started {
  try {
    const child = loadChildProcess().spawn(file, args, { ...options, stdio: [...options.stdio] });
    const ended = new Promise<Ending>((resolve) => {
      child.on('error', (error) => resolve({ startError: readCode(error) }));
      child.on('exit', (exitCode, signal) =>
        resolve(exitCode === null ? { signal: signal ?? 'unknown' } : { exitCode }),
      );
    });
    return { pid: child.pid, ended, leave: () => child.unref() };
  } catch (error) {
    return describeUnstarted(readCode(error));
  }
}

/** One that has ended before it began. `startError`: as in `Ending`. */
export function describeUnstarted(startError: string): Started {
  return { pid: undefined, ended: Promise.resolve({ startError }), leave: () => {} };
}

function describeRun(
  { pid, status }: Pick<WholeRun, 'pid' | 'status'>,
  output: readonly (Buffer | null)[] | null | undefined,
  error: string | undefined,
): WholeRun {
  const [, stdout = null, stderr = null] = output ?? [];
  const texts = { stdout: stdout?.toString('utf8') ?? '', stderr: stderr?.toString('utf8') ?? '' };
  return { pid, status, ...texts, ...(error === undefined ? {} : { error }) };
}

function formatEnvironment(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function hasNullByte(file: string, args: readonly string[], { cwd, env }: ProcessOptions): boolean {
  const words = [file, ...args, cwd, ...Object.keys(env), ...Object.values(env)];
  return words.some((word) => word.includes('\0'));
}

function nameError(errno: number): string {
  return process.getBuiltinModule('node:util').getSystemErrorName(errno);
}

function readCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

let known: ProcessBindings | null | undefined;

function lookUpBindings(): ProcessBindings | null {
  if (known === undefined) known = findProcessBindings();
  return known;
}

function loadChildProcess(): typeof ChildProcess {
  return process.getBuiltinModule('node:child_process');
}
