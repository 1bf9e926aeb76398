// The moments at which a fault can happen: system calls of the agent's own thread, counted by strace, so that each can be met again.
import type { RunResult } from '../../support/command-inside.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import { type Story, withStory } from './story.ts';

/** Calls that change something or start something; `openat` only where it makes or writes a file. */
export const changingCalls = [
  ...['rename', 'renameat', 'renameat2', 'mkdir', 'mkdirat', 'rmdir', 'unlink', 'unlinkat', 'symlink', 'symlinkat'],
  ...['link', 'linkat', 'openat', 'write', 'writev', 'pwrite64', 'fsync', 'fdatasync', 'fchmod', 'fchmodat', 'chmod'],
  ...['fchown', 'fchownat', 'chown', 'lchown', 'ftruncate', 'clone', 'clone3', 'vfork', 'kill', 'mknodat', 'utimensat'],
] as const;

export type Moment = {
  readonly call: string;
  /** Counts all calls of that name, as strace does. */
  readonly when: number;
  /** The call as strace prints it, with the paths of its descriptors. */
  readonly line: string;
};

export type Injection = { readonly call: string; readonly when: number; readonly effect: string };

const traceFile = '/run/fault-trace';

/** Runs `argv` under strace; `injection` in strace's words, as `signal=KILL` or `error=ENOSPC`. */
export async function runTraced(
  box: Sandbox,
  argv: readonly string[],
  options: { calls?: readonly string[]; injection?: Injection; timeoutMs?: number } = {},
): Promise<RunResult> {
  const { calls = changingCalls, injection, timeoutMs = 60_000 } = options;
  const inject =
    injection === undefined ? [] : ['-e', `inject=${injection.call}:${injection.effect}:when=${injection.when}`];
  const traced = injection === undefined ? calls : [injection.call];
  return box.run(['strace', '-y', '-o', traceFile, '-e', `trace=${traced.join(',')}`, ...inject, ...argv], {
    timeoutMs,
  });
}

/** The lines of the last `runTraced`, calls only. */
export function readTrace(box: Sandbox): string[] {
  return box
    .readFile(traceFile)
    .split('\n')
    .filter((line) => /^\w+\(/.test(line));
}

/** Every call of an undisturbed job that `isOfInterest` picks, in order. */
export async function listMoments(
  story: Story,
  isOfInterest: (line: string) => boolean = isChanging,
  calls: readonly string[] = changingCalls,
): Promise<Moment[]> {
  return withStory(story, async (box) => {
    const result = await runTraced(box, ['guest-init', 'run'], { calls });
    if (result.status !== 0) throw new Error(`the undisturbed run failed:\n${result.stdout}${result.stderr}`);
    const counts = new Map<string, number>();
    return readTrace(box).flatMap((line) => {
      const call = /^\w+/.exec(line)?.[0] ?? '';
      const when = (counts.get(call) ?? 0) + 1;
      counts.set(call, when);
      return isOfInterest(line) ? [{ call, when, line }] : [];
    });
  });
}

/** What threads tell each other, and what only reads, changes nothing. */
export function isChanging(line: string): boolean {
  if (/^write\(\d+<(anon_inode|pipe|socket|UNIX)/.test(line)) return false;
  if (line.startsWith('openat(')) return /O_CREAT|O_WRONLY|O_RDWR/.test(line) && !/"\/dev\/null"/.test(line);
  if (line.startsWith('clone3(')) return !line.includes('CLONE_THREAD');
  return true;
}

/** For people. */
export function describeMoment({ call, when, line }: Moment): string {
  return `${call} number ${when}: ${line.slice(0, 160)}`;
}
