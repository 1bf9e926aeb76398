// What runs and what is mounted in a guest, read from this machine's /proc.
import { readFileSync, readlinkSync } from 'node:fs';

export type Mount = { device: string; mountPoint: string; type: string; source: string; options: string };

/** Process ids of the children of a process's main thread. */
export function readChildren(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((word) => word !== '');
  } catch {
    return [];
  }
}

/** The one child of `pid`. Throws when there is none. */
export function findOnlyChild(pid: number): number {
  const [child] = readChildren(pid);
  if (child === undefined) throw new Error('the sandbox has no first process');
  return Number(child);
}

/** Process ids of all that runs in the guest whose first process is `first`. */
export function listProcesses(first: number): string[] {
  const namespace = readlinkSync(`/proc/${first}/ns/pid`);
  const found: string[] = [];
  const visit = (pid: string): void => {
    found.push(pid);
    for (const child of readChildren(Number(pid))) visit(child);
  };
  visit(String(first));
  // Commands that were entered from outside are children of this process.
  const outside = (pid: number): void => {
    for (const child of readChildren(pid)) {
      if (readNamespace(child) === namespace) visit(child);
      else outside(Number(child));
    }
  };
  outside(process.pid);
  return [...new Set(found)];
}

function readNamespace(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return '';
  }
}

/** Command line, words separated by blanks; empty when the process is gone. */
export function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** The mounts that a process sees (proc(5), mountinfo). */
export function readMounts(pid: string): Mount[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const fields = left.split(' ');
      const [type = '', source = ''] = right.split(' ');
      return { device: fields[2] ?? '', mountPoint: fields[4] ?? '', options: fields[5] ?? '', type, source };
    });
}
