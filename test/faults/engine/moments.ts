// The moments at which a fault can happen: system calls of the agent's own thread, as strace prints them. A moment is known by its call, by
// what the call is about and by how many of the same came before: numbers of calls alone shift with what the runtime's threads tell
// each other.
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
  /** What the call is about, without what differs from run to run: a path mostly, `pipe`, `socket`, or nothing. */
  readonly subject: string;
  /** Counts the calls of that name about that subject, from 1. */
  readonly nth: number;
  /** Counts all calls of that name, as strace does: exact in this run alone. */
  readonly when: number;
  /** The call as strace prints it, with the paths of its descriptors. */
  readonly line: string;
};

/** `path`: only calls about it are seen and counted. `effect` in strace's words, as `signal=KILL` or `error=ENOSPC`. */
export type Injection = {
  readonly call: string;
  readonly when: number;
  readonly effect: string;
  readonly path?: string;
};

const traceFile = '/run/fault-trace';

/** Runs `argv` under strace. */
export async function runTraced(
  box: Sandbox,
  argv: readonly string[],
  options: { calls?: readonly string[]; injection?: Injection; timeoutMs?: number } = {},
): Promise<RunResult> {
  const { calls = changingCalls, injection, timeoutMs = 60_000 } = options;
  const inject =
    injection === undefined ? [] : ['-e', `inject=${injection.call}:${injection.effect}:when=${injection.when}`];
  const only = injection?.path === undefined ? [] : ['-P', injection.path];
  const traced = injection === undefined ? calls : [injection.call];
  return box.run(['strace', '-y', ...only, '-o', traceFile, '-e', `trace=${traced.join(',')}`, ...inject, ...argv], {
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

/** Every call of a trace, in order. */
export function toMoments(lines: readonly string[]): Moment[] {
  const calls = new Map<string, number>();
  const subjects = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): number => {
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    return number;
  };
  return lines.map((line) => {
    const call = nameCall(line);
    const subject = nameSubject(line);
    return { call, subject, nth: count(subjects, `${call} ${subject}`), when: count(calls, call), line };
  });
}

/** A job is watched so often: what its threads and the answers of the network make of it differs. */
const looks = 3;

/** The calls that every undisturbed job has and that `isOfInterest` picks, in order. */
export async function listMoments(
  story: Story,
  isOfInterest: (line: string) => boolean = isChanging,
  calls: readonly string[] = changingCalls,
): Promise<Moment[]> {
  const look = (): Promise<Moment[]> =>
    withStory(story, async (box) => {
      const result = await runTraced(box, ['guest-init', 'run'], { calls });
      if (result.status !== 0) throw new Error(`the undisturbed run failed:\n${result.stdout}${result.stderr}`);
      return toMoments(readTrace(box));
    });
  let common = (await look()).filter(({ line, nth }) => isOfInterest(line) && !(nth > 1 && isPoll(line)));
  for (let index = 1; index < looks; index += 1) {
    const names = new Set((await look()).map(nameMoment));
    common = common.filter((moment) => names.has(nameMoment(moment)));
  }
  return common;
}

/** The same for the same moment in every run, and without blanks: `rename/etc/hostname/1`. */
export function nameMoment({ call, subject, nth }: Moment): string {
  return [call, subject.replace(/^\//, ''), nth]
    .filter((word) => word !== '')
    .join('/')
    .replace(/\s/g, '_');
}

/** Of two names strace looks at the first only, which is a temporary one. */
const callsWithTwoNames = ['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'];

/** Path by which strace finds the calls about the moment's subject and no others; undefined where the name differs from run to run. */
export function findPath({ call, subject, line }: Moment): string | undefined {
  if (callsWithTwoNames.includes(call) || !subject.startsWith('/')) return undefined;
  return nameSubject(line) === readSubject(line, call) ? subject : undefined;
}

/** Whether the path or the number alone tells it: nobody but the job makes such calls. */
export function isExact(moment: Moment): boolean {
  return !['openat', 'write', 'writev', 'clone', 'clone3'].includes(moment.call) || findPath(moment) !== undefined;
}

function nameCall(line: string): string {
  return /^\w+/.exec(line)?.[0] ?? '';
}

/** The subject with what differs from run to run replaced. */
function nameSubject(line: string): string {
  return readSubject(line, nameCall(line))
    .replace(/\.guest-init-\d+-\w+/, '.guest-init-new')
    .replace(/(lock|look-|\/proc\/)\.?\d+/, '$1N')
    .replace(/:\[\d+\]$/, '');
}

/** Of two names, as rename(2) has, the last: it is the lasting one. */
function readSubject(line: string, call: string): string {
  const [, words = ''] = /^\w+\((.*)/.exec(line) ?? [];
  const [head = ''] = words.split(/\) += /);
  if (call === 'write' || call === 'writev' || call === 'pwrite64') return /^\d+<(.*?)>/.exec(head)?.[1] ?? '';
  const quoted = [...head.matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? '');
  return quoted.at(-1) ?? /^\d+<(.*?)>/.exec(head)?.[1] ?? '';
}

/** The runtime's own look, which it takes when it pleases, and what the job asks until it hears what it wants. */
function isPoll(line: string): boolean {
  return /"\/(proc\/net\/|sys\/class\/net\/[^"]*\/(operstate|carrier)|dev\/null)/.test(line);
}

/** What threads tell each other, and what only reads, changes nothing. */
export function isChanging(line: string): boolean {
  if (/^write\(\d+<(anon_inode|pipe|socket|UNIX)/.test(line)) return false;
  if (line.startsWith('openat(')) return /O_CREAT|O_WRONLY|O_RDWR/.test(line) && !/"\/dev\/null"/.test(line);
  if (line.startsWith('clone3(')) return !line.includes('CLONE_THREAD');
  return true;
}

/** For people. */
export function describeMoment(moment: Moment): string {
  return `${nameMoment(moment)}: ${moment.line.slice(0, 160)}`;
}
