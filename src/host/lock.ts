// One run at a time. The lock is a file that names its holder; a holder that died without removing it is recognised by process id and
// start time. Taking over a dead holder's file is itself guarded by the kernel's lock (flock), so that only one run can do it.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { findCommand, runCommandWithDescriptor } from './commands.ts';
import { privateRuntimeDirectory } from './drive-mount.ts';

/** Takes the lock or throws AgentError 40 at once. The usual case spawns nothing; Node itself has no flock(2). */
export function takeLock(directory: string = privateRuntimeDirectory): { release(): void } {
  const path = `${directory}/lock`;
  const ours = describeProcess('self');
  if (!createExclusively(path, ours)) takeOver(path, ours);
  return {
    release: () => {
      if (readHolder(path) === ours) removeIfPossible(path);
    },
  };
}

function createExclusively(path: string, content: string): boolean {
  // Linked into place complete: a reader never sees a lock without its holder.
  const draft = `${path}.${process.pid}`;
  try {
    fs.writeFileSync(draft, content, { mode: 0o600 });
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new AgentError(
      exitCodes.stateUnwritable,
      `${path}: cannot be made (${(error as NodeJS.ErrnoException).code})`,
    );
  } finally {
    removeIfPossible(draft);
  }
}

/** What stays names a process that will have ended: the next run takes it over. */
function removeIfPossible(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {}
}

/** The file is there: it stays its holder's if that lives. */
function takeOver(path: string, ours: string): void {
  const guard = fs.openSync(
    `${path}.guard`,
    fs.constants.O_CREAT | fs.constants.O_RDWR | fs.constants.O_NOFOLLOW,
    0o600,
  );
  try {
    const flock = findCommand('flock', '');
    if (flock === undefined) {
      throw new AgentError(exitCodes.internal, 'flock: command not found', {
        hint: `install util-linux, or: rm ${path}`,
      });
    }
    const guarded = runCommandWithDescriptor([flock, '-n', '3'], guard) === 0;
    const holder = readHolder(path);
    if (!guarded || (holder !== undefined && isAlive(holder))) {
      throw new AgentError(exitCodes.locked, 'another run is in progress', { hint: 'guest-init status --wait' });
    }
    removeIfPossible(path);
    if (!createExclusively(path, ours)) {
      throw new AgentError(exitCodes.locked, 'another run is in progress', { hint: 'guest-init status --wait' });
    }
  } finally {
    fs.closeSync(guard);
  }
}

function readHolder(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [pid = ''] = holder.split(' ');
  return /^\d+$/.test(pid) && describeProcess(pid) === holder;
}

/** Process id and start time in clock ticks since boot, field 22 of /proc/PID/stat (proc(5)): together never used twice in one boot. */
function describeProcess(pid: string): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [id = ''] = stat.split(' ');
    // The command's name, in parentheses, may hold spaces and parentheses of its own.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, and not yet fetched by its parent.
    if (fields[0] === 'Z' || fields[0] === 'X') return '';
    return `${id} ${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
