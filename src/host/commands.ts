// Fixed commands: argument arrays, absolute paths from the system folders, fixed environment, deadline, capped output. No shell sees any of
// it, but for one that starts many in turn, each word quoted.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { formatShellWord } from '../core/shell-word.ts';
import { runWhole } from './child-process.ts';
import type { RunOptions, RunResult } from './host.ts';
import { resolveBelowRoot } from './rooted-path.ts';

const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** What every command sees, whatever our own environment holds: no NODE_OPTIONS, no LD_PRELOAD, untranslated messages. */
export const fixedEnvironment: Readonly<Record<string, string>> = {
  PATH: systemFolders.join(':'),
  LANG: 'C',
  LC_ALL: 'C',
  HOME: '/root',
};

const defaultTimeoutMs = 60_000;
const outputLimitBytes = 1024 * 1024;
const tooMuch = 'it had said more than 1 MiB';

/** Absolute path of `name` in the system folders below `root`, or undefined. */
export function findCommand(name: string, root: string): string | undefined {
  for (const folder of systemFolders) {
    const path = `${folder}/${name}`;
    try {
      // A link of the root, such as Debian's alternatives, must not be looked up on this machine.
      const target = root === '' ? path : resolveBelowRoot(root, path, { followLast: true });
      if (!fs.existsSync(target)) continue;
      fs.accessSync(target, fs.constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/**
 * Runs `argv[0]`, an absolute path. A non-zero exit is a result, and so is being ended for saying too much; only a command that cannot be
 * started throws. One that has ended is waited for until its deadline when something that it started keeps its output open.
 */
export function runCommand(
  argv: readonly string[],
  options: RunOptions & {
    /** What it starts ends with it when time runs out. */
    readonly leadsGroup?: boolean;
  } = {},
): RunResult {
  const [file = '', ...args] = argv;
  const result = runWhole(file, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', options.discardsOutput ? 'ignore' : 'pipe', 'pipe'],
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...fixedEnvironment, ...options.env },
    // Deadlines come from a clock with fractions.
    timeoutMs: Math.ceil(options.timeoutMs ?? defaultTimeoutMs),
    outputLimitBytes,
    cwd: '/',
    ...(options.leadsGroup ? { detached: true } : {}),
  });
  const { error: reason } = result;
  const isLate = reason === 'ETIMEDOUT';
  if (isLate && options.leadsGroup) endGroup(result.pid);
  // A status: the command itself has ended, and only what it left behind has its output open.
  const timedOut = isLate && result.status === null;
  if (reason === 'ENOBUFS') return { status: null, stdout: '', stderr: tooMuch, timedOut };
  // EPIPE: the command ended without reading its input; its exit status tells why.
  if (reason !== undefined && !isLate && reason !== 'EPIPE') {
    throw new AgentError(exitCodes.internal, `${file}: cannot be run (${reason})`);
  }
  return { status: result.status, stdout: result.stdout, stderr: result.stderr, timedOut };
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {}
}

/**
 * Runs commands one after another until one fails, all started by one small shell: starting each from here would cost half as much again as
 * it takes. `completed` of them ended with 0; the result is that of the next one, or of the last, with the complaints of all. The deadline is
 * for all of them. The shell starts no further one when we are gone. `countsAtEnd`: it wakes us once instead of after each command, and
 * `completed` is 0 where it was killed.
 */
export function runCommandsInTurn(
  argvs: readonly (readonly string[])[],
  options: { readonly timeoutMs?: number; readonly countsAtEnd?: boolean } = {},
): RunResult & { readonly completed: number } {
  const { countsAtEnd = false, ...bounds } = options;
  const lines = argvs.map((argv, index) => {
    const then = countsAtEnd ? `n=${index + 1}; kill -0 $PPID` : 'echo >&3';
    return `${argv.map(formatShellWord).join(' ')} || exit\n${then} || exit\n`;
  });
  const count = countsAtEnd ? "n=0\ntrap 'echo $n >&3' EXIT\n" : '';
  const shell = ['/bin/sh', '-c', `exec 3>&1 >/dev/null\n${count}${lines.join('')}`];
  const result = runCommand(shell, { ...bounds, leadsGroup: true });
  const completed = countsAtEnd ? Number(result.stdout.trim()) : result.stdout.length;
  return { ...result, stdout: '', completed };
}

/** The sentence for a command that failed: name, how it ended, its last line of complaint. */
export function describeFailure(name: string, result: RunResult): string {
  const ending = result.timedOut
    ? 'ran out of time'
    : result.status === null
      ? 'was killed'
      : `exited ${result.status}`;
  // What follows indented is advice (mount: "dmesg(1) may have more information").
  const line =
    result.stderr
      .split('\n')
      .findLast((text) => /^\S/.test(text))
      ?.trim() ?? '';
  return line === '' ? `${name} ${ending}` : `${name} ${ending}: ${line.slice(0, 200)}`;
}

/** The same without a text that it was given and may have repeated; nothing of it is left where a line is cut. */
export function withoutSecret(result: RunResult, secret: string): RunResult {
  if (secret === '') return result;
  const hide = (text: string): string => text.replaceAll(secret, () => '[redacted]');
  return { ...result, stdout: hide(result.stdout), stderr: hide(result.stderr) };
}

/** Runs a command that acts on our open file: it sees `descriptor` as number 3. Gives the exit status. */
export function runCommandWithDescriptor(argv: readonly string[], descriptor: number): number | null {
  const [file = '', ...args] = argv;
  return runWhole(file, args, {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    env: fixedEnvironment,
    timeoutMs: defaultTimeoutMs,
    outputLimitBytes,
    cwd: '/',
  }).status;
}
