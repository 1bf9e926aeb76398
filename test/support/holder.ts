// The first process of a guest, seen from outside: started in fresh namespaces, and ended with everything in them.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { plainEnv } from './command.ts';
import { readChildren } from './process-tree.ts';

export type Holder = {
  /** unshare, whose only child is the guest's first process. */
  readonly process: ChildProcess;
  /** The sandbox's temporary folder, removed with it. */
  readonly folder: string;
  /** Loop device number of each drive, by its index. */
  readonly loops: ReadonlyMap<number, number>;
  /** Loop device number of each disk, in order. */
  readonly disks: readonly number[];
  /** Loop device numbers of the layers that are images. */
  readonly layerLoops: readonly number[];
};

const open = new Set<Holder>();
let watching = false;

/** Runs `script` (sandbox-script.ts) as the first process of fresh namespaces and waits until the guest stands. */
export async function startHolder(options: { script: string; folder: string }): Promise<Holder> {
  watchExit();
  const { script, folder } = options;
  const path = join(folder, 'start.sh');
  writeFileSync(path, script, { mode: 0o600 });
  // The kernel ends unshare with this process and the guest with unshare, even when this process is killed.
  const argv = [
    ...['--pdeathsig', 'KILL', '--', 'unshare', '--mount', '--net', '--uts', '--ipc', '--pid', '--fork'],
    // Own /proc from the start: process ids of the new namespace mean something else in this machine's.
    ...['--kill-child=KILL', '--propagation', 'private', '--mount-proc', 'sh', path],
  ];
  const child = spawn('setpriv', argv, { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnv, cwd: '/' });
  const said = await waitUntilReady(child);
  // What the guest's first process says later is nobody's business, and an open pipe would keep this process alive.
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  const holder: Holder = {
    process: child,
    folder,
    loops: new Map(
      [...said.matchAll(/^loop (\d+) (\d+)$/gm)].map(([, index, minor]) => [Number(index), Number(minor)]),
    ),
    disks: [...said.matchAll(/^disk \d+ (\d+)$/gm)].map(([, minor]) => Number(minor)),
    layerLoops: [...said.matchAll(/^layer (\d+)$/gm)].map(([, minor]) => Number(minor)),
  };
  open.add(holder);
  return holder;
}

function waitUntilReady(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096);
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (/^ready$/m.test(stdout)) resolve(stdout);
    });
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`the sandbox did not start (${status}): ${stderr.trim()}`)));
  });
}

/** Ends every process of the guest, waits until the kernel has taken it down, removes its folder. Twice is once. */
export async function stopHolder(holder: Holder): Promise<void> {
  const child = holder.process;
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.ref();
    for (const pid of readChildren(child.pid)) process.kill(Number(pid), 'SIGKILL');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
  rmSync(holder.folder, { recursive: true, force: true });
  open.delete(holder);
}

/** The kernel ends the guests with this process; the folders are ours to remove. */
function watchExit(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const { folder, process: child } of open) {
      for (const pid of readChildren(child.pid ?? 0)) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // Gone already.
        }
      }
      rmSync(folder, { recursive: true, force: true });
    }
  });
  const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  for (const [signal, number] of Object.entries(signals)) {
    process.once(signal, () => process.exit(128 + number));
  }
}
