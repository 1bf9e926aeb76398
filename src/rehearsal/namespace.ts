// The throw-away namespaces: started, fed, entered and taken down. Everything in them dies with their first process, that one with
// our end of its standard input, and so with us, however we end.

import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError, type ExitCode, exitCodes } from '../core/error.ts';
import { rehearsalVariable } from '../host/after-run.ts';
import { findCommand, fixedEnvironment, runCommand } from '../host/commands.ts';
import type { RunResult } from '../host/host.ts';

/** What a process inside may not do although it is root: these things belong to no namespace. */
const withheld = [
  'sys_time',
  'sys_module',
  'sys_rawio',
  'sys_boot',
  'mknod',
  'syslog',
  'mac_admin',
  'mac_override',
  'audit_control',
  'wake_alarm',
];

const startTimeoutMs = 60_000;
const endTimeoutMs = 5_000;

export type Namespace = {
  /** First process, as this machine numbers it. Undefined until it has told. */
  pid(): number;
  /** Feeds lines to the first process and waits until it prints `mark`. Throws AgentError naming the step that failed. */
  feed(script: string, mark: string, failure: ExitCode): Promise<void>;
  /** Runs a program of the guest as the guest's root; its output goes to `output`, a descriptor of ours. Gives the exit code. */
  run(argv: readonly string[], output: number): Promise<number>;
  /** Runs a tool of this machine in the guest's network. */
  runInNetwork(argv: readonly string[]): RunResult;
  /** The kernel's host name for the guest. */
  readHostname(): string;
  /** Ends everything inside and waits until it is gone. May be called twice. */
  close(): Promise<void>;
};

/** Starts empty namespaces. `image` is what the first process can read as descriptor 3. */
export function openNamespace(image: Uint8Array | undefined): Namespace {
  const argv = [
    ...[
      '--pdeathsig',
      'KILL',
      '--',
      tool('unshare'),
      '--mount',
      '--propagation',
      'private',
      '--net',
      '--uts',
      '--ipc',
      '--pid',
    ],
    ...['--fork', '--kill-child=KILL', '/bin/sh', '-s'],
  ];
  // A session of its own: the terminal's Ctrl-C is for us, and we take it down in order.
  const shell = spawn(tool('setpriv'), argv, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: fixedEnvironment,
    cwd: '/',
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    shell.once('exit', () => resolve());
    shell.once('error', () => resolve());
  });
  const transcript = listen(shell);
  const imagePipe = shell.stdio[3] as NodeJS.WritableStream | undefined;
  // A shell that has gone tells so by its exit, not by our write.
  for (const pipe of [shell.stdin, imagePipe]) pipe?.on('error', () => {});
  imagePipe?.end(image ?? new Uint8Array());
  let pid = 0;

  return {
    pid: () => pid,

    async feed(script, mark, failure) {
      shell.stdin?.write(script);
      const failed = await transcript.waitFor(mark);
      pid = transcript.pid();
      if (failed !== undefined) throw new AgentError(failure, `rehearsal: ${failed}`);
    },

    async run(words, output) {
      const enter = [`--target=${pid}`, '--mount', '--net', '--uts', '--ipc', '--pid', '--', tool('setpriv')];
      const drop = [
        `--bounding-set=${withheld.map((name) => `-${name}`).join(',')}`,
        '--inh-caps=-all',
        '--',
        ...words,
      ];
      const { runInside } = await import('./run-inside.ts');
      return runInside([tool('nsenter'), ...enter, ...drop], output, {
        ...fixedEnvironment,
        ...showingEnvironment(),
        [rehearsalVariable]: '1',
      });
    },

    runInNetwork: ([name = '', ...args]) =>
      runCommand([tool('nsenter'), `--net=/proc/${pid}/ns/net`, '--', tool(name), ...args], { timeoutMs: 10_000 }),

    // A read of /proc/sys/kernel/hostname would tell the reader's own.
    readHostname: () =>
      runCommand([tool('nsenter'), `--uts=/proc/${pid}/ns/uts`, '--', tool('uname'), '-n']).stdout.trim(),

    async close() {
      shell.stdin?.end();
      const inTime = await Promise.race([ended.then(() => true), sleep(endTimeoutMs, false, { ref: false })]);
      if (!inTime) shell.kill('SIGKILL');
      await ended;
    },
  };
}

/** How lines are to look is the terminal's business, inside as outside. */
function showingEnvironment(): Record<string, string> {
  const names = ['TERM', 'NO_COLOR'].filter((name) => process.env[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

function tool(name: string): string {
  const path = findCommand(name, '');
  if (path === undefined) throw new AgentError(exitCodes.internal, `${name}: command not found`);
  return path;
}

/** Follows what the first process says: `pid N`, `step WHAT`, marks, and complaints on its standard error. */
function listen(shell: ChildProcess): { waitFor(mark: string): Promise<string | undefined>; pid(): number } {
  let said = '';
  let complaint = '';
  let gone = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) check();
  };
  shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    wake();
  });
  shell.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4096);
  });
  shell.once('error', (error) => {
    complaint = error.message;
    gone = true;
    wake();
  });
  // `close`, not `exit`: the complaint has been read to its end by then.
  shell.once('close', () => {
    gone = true;
    wake();
  });
  const describe = (reason: string): string => {
    const step = [...said.matchAll(/^step (.*)$/gm)].at(-1)?.[1] ?? 'namespaces';
    // mount goes on with advice, indented.
    const line = complaint.split('\n').findLast((text) => /^\S/.test(text)) ?? '';
    return `${step}: ${line === '' ? reason : line}`;
  };
  return {
    pid: () => Number(/^pid (\d+)$/m.exec(said)?.[1] ?? 0),
    waitFor: (mark) =>
      new Promise((resolve) => {
        const settle = (failure: string | undefined): void => {
          clearTimeout(timer);
          waiting.delete(check);
          resolve(failure);
        };
        const timer = setTimeout(
          () => settle(describe(`nothing happened for ${startTimeoutMs / 1000} s`)),
          startTimeoutMs,
        );
        const check = (): void => {
          if (said.split('\n').includes(mark)) settle(undefined);
          else if (gone) settle(describe('ended early'));
        };
        waiting.add(check);
        check();
      }),
  };
}

/** Waits until the kernel has given up a loop device that nobody uses any more; false when it is still attached after 3 s. */
export async function waitForLoopRelease(path: string): Promise<boolean> {
  const backing = `/sys/class/block/${path.replace('/dev/', '')}/loop/backing_file`;
  for (let tries = 0; fs.existsSync(backing); tries += 1) {
    if (tries >= 60) return false;
    await sleep(50);
  }
  return true;
}
