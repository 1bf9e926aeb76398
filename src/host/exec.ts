// Runs the commands of the user (reliability.md I6, I9, M11): own session, no terminal, deadline, output kept within bounds.
//
// Output is read while the command runs, so a full pipe never stops it, and 512 KiB from each end are kept. The log is made before the
// command starts, also for one that says nothing (0.03 ms; never synced): a log that cannot be made is then known before anything has
// happened, and what an earlier try left there is gone.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { createCappedOutput } from './capped-output.ts';
import { describeUnstarted, type Ending, type Started, startProcess } from './child-process.ts';
import { withUsualDumps } from './core-dump.ts';
import type { ExecOptions, ExecResult } from './host.ts';
import { type OutputPipe, openOutputPipe } from './output-pipe.ts';
import { formatTail } from './output-tail.ts';

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a command of the user starts from; its own settings are laid over it. Nothing of the agent's environment is passed on. */
const plainEnvironment: Readonly<Record<string, string>> = {
  PATH: usualPath,
  HOME: '/root',
  LANG: 'C.UTF-8',
};

const keptBytesEachEnd = 512 * 1024;
const tailBytes = 64 * 1024;
const graceMs = 5000;
const groupPollMs = 50;
/** A process that even KILL does not end (waiting for a dead disk) is left behind after this. */
const unkillableMs = 2000;
const longestTimerMs = 2_147_483_647;

type RunnerOptions = ExecOptions & {
  /** Milliseconds between TERM and KILL. */
  readonly graceMs?: number;
};

/**
 * Runs `argv` and resolves when its own process has ended, whatever its children keep open. A command that cannot be started gives 127
 * (not found) or 126 (found, not runnable), as a shell does. Throws AgentError only when the log or the pipe cannot be made.
 */
type CommandRunner = (argv: readonly string[], options: RunnerOptions) => Promise<ExecResult>;

/** Makes a runner, which keeps its pipe from one command to the next. */
export function createCommandRunner(): CommandRunner {
  let free: OutputPipe | undefined;

  function takePipe(log: string): OutputPipe {
    const pipe = free ?? openOutputPipe(`${log}.pipe`);
    free = undefined;
    return pipe;
  }

  async function givePipeBack(pipe: OutputPipe, log: number): Promise<void> {
    if (!(await pipe.finish())) return pipe.leaveTo(log);
    if (free === undefined) free = pipe;
    else pipe.close();
  }

  return async (argv, options) => {
    const log = openLog(options.log);
    const write = (chunk: Uint8Array): void => {
      if (chunk.length === 0) return;
      // A log that cannot be written any more (disk full) is no reason to hold up the command.
      try {
        fs.writeSync(log, chunk);
      } catch {}
    };
    try {
      const output = createCappedOutput(keptBytesEachEnd, write);
      const pipe = takePipe(options.log);
      const started = start(argv, options, pipe.start(output.add));
      const { ending, timedOut } = await waitWithDeadline(started, options);
      await givePipeBack(pipe, log);
      if (ending.startError !== undefined) {
        output.add(Buffer.from(`${describeStartFailure(argv[0] ?? '', options.cwd, ending.startError)}\n`));
      }
      if (output.omitted() > 0) write(Buffer.from(`\n[${output.omitted()} bytes left out]\n`));
      write(output.end());
      return {
        exitCode: ending.startError === undefined ? ending.exitCode : ending.startError === 'ENOENT' ? 127 : 126,
        signal: ending.signal,
        timedOut,
        tail: formatTail(output.last(tailBytes)),
      };
    } finally {
      fs.closeSync(log);
    }
  };
}

/** Starts `argv` with `output` as its stdout and stderr. Never throws. */
function start(
  [file = '', ...args]: readonly string[],
  { env, cwd, extraPath }: RunnerOptions,
  output: number,
): Started {
  // The child inherits the mask at the fork, which is over when spawn returns.
  const umask = process.umask(0o022);
  try {
    return withUsualDumps(() =>
      startProcess(file, args, {
        stdio: ['ignore', output, output],
        detached: true,
        env: { ...plainEnvironment, ...(extraPath === undefined ? {} : { PATH: `${usualPath}:${extraPath}` }), ...env },
        cwd,
      }),
    );
  } catch (error) {
    return describeUnstarted(readCode(error));
  } finally {
    process.umask(umask);
  }
}

/** Waits for the process itself; at the deadline ends its whole group: TERM, a time of grace, KILL. */
async function waitWithDeadline(
  { pid: group, ended, leave }: Started,
  options: RunnerOptions,
): Promise<{ ending: Ending; timedOut: boolean }> {
  const first = await within(ended, Math.min(options.timeoutMs, longestTimerMs));
  if (first !== undefined || group === undefined) return { ending: first ?? (await ended), timedOut: false };
  const grace = options.graceMs ?? graceMs;
  signalGroup(group, 'SIGTERM');
  for (let waited = 0; waited < grace && signalGroup(group, 0); waited += groupPollMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(groupPollMs, grace - waited)));
  }
  signalGroup(group, 'SIGKILL');
  const last = await within(ended, unkillableMs);
  if (last === undefined) leave();
  return { ending: last ?? {}, timedOut: true };
}

/** The promise's value, or undefined when it has none after `ms`. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** False when nobody of the group is left. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

function openLog(path: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = fs.constants;
  try {
    const log = fs.openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o600);
    fs.fchmodSync(log, 0o600);
    return log;
  } catch (error) {
    throw new AgentError(exitCodes.internal, `${path}: the log cannot be written (${readCode(error)})`, {
      cause: error,
    });
  }
}

function describeStartFailure(file: string, cwd: string, code: string): string {
  if (code === 'ENOENT') {
    if (!fs.existsSync(cwd)) return `${file}: its working folder ${cwd} does not exist`;
    return file.includes('/') && fs.existsSync(file)
      ? `${file}: the interpreter of its #! line does not exist`
      : `${file}: not found`;
  }
  const reasons: Record<string, string> = {
    EACCES: 'permission denied, or its file system is mounted noexec',
    ENOEXEC: 'not a program of this machine',
    E2BIG: 'its arguments are too long for the kernel',
  };
  return `${file}: ${reasons[code] ?? 'cannot be started'} (${code})`;
}

function readCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
