// Runs one command in a guest's namespaces: output, status, time, signals and a deadline.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainEnv } from './command.ts';
import { readChildren } from './process-tree.ts';

export type RunOptions = {
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Sent to the command itself this long after its start. */
  readonly signalAfter?: { readonly ms: number; readonly signal: NodeJS.Signals };
  /** Numeric user and group; default root. */
  readonly uid?: number;
  readonly input?: string;
};

export type RunResult = {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Wall time from spawn to reap, with the few milliseconds that entering the namespaces takes. */
  readonly ms: number;
};

/** Enters with `enter` (nsenter and its options), runs `argv` there and waits for its exit; never throws for how it ends. */
export async function runInside(context: {
  enter: readonly string[];
  argv: readonly string[];
  options: RunOptions;
}): Promise<RunResult> {
  const { enter, argv, options } = context;
  // What a guest may do to a real clock or kernel is taken away: namespaces do not cover those.
  const bounds = ['setpriv', '--bounding-set=-sys_time,-sys_boot,-sys_module,-sys_rawio', '--pdeathsig', 'KILL', '--'];
  const identity = options.uid === undefined ? [] : ['--setuid', String(options.uid), '--setgid', String(options.uid)];
  const env = { ...plainEnv, ...options.env };
  const [command = '', ...args] = [...bounds, ...enter, ...identity, '--', ...argv];
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env,
    cwd: '/',
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);
  let timedOut = false;
  const timers = [
    setTimeout(() => {
      timedOut = true;
      signalCommand(child, 'SIGKILL');
    }, options.timeoutMs ?? 60_000),
  ];
  if (options.signalAfter !== undefined) {
    const { ms, signal } = options.signalAfter;
    timers.push(setTimeout(() => signalCommand(child, signal), ms));
  }
  // Listened for from the start: it may come in the same turn as the exit.
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    const { status, signal, ms } = await new Promise<Pick<RunResult, 'status' | 'signal' | 'ms'>>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, by) => resolve({ status: code, signal: by, ms: performance.now() - started }));
    });
    // A background child of the command may hold the pipes for ever: what was written before the exit arrives at once.
    await Promise.race([closed, sleep(300, undefined, { ref: false })]);
    return { status, signal, stdout, stderr, timedOut, ms };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** nsenter forks to enter the process namespace: the signal is meant for what it started. */
function signalCommand(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const [command] = readChildren(child.pid);
  try {
    process.kill(command === undefined ? child.pid : Number(command), signal);
  } catch {
    // It ended by itself in between.
  }
}
