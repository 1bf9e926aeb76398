// Mounts the drive for as long as a run needs it and takes it down again, however the run ends: the caller's scope exit here,
// the unit's ExecStopPost after a SIGKILL, and the sweep at the next start.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure, findCommand, runCommand } from './commands.ts';
import type { RunResult } from './host.ts';

/** World-readable status lives in the outer folder; the inner one is for root alone. */
export const runtimeDirectory = '/run/guest-init';
export const privateRuntimeDirectory = `${runtimeDirectory}/private`;
/** Where a run mounts; the unit's ExecStopPost knows it. */
export const driveMountPoint = `${privateRuntimeDirectory}/drive`;
const lookPrefix = `${privateRuntimeDirectory}/look-`;

const mountTimeoutMs = 30_000;

export type MountedDrive = {
  readonly root: string;
  readonly fileSystem: string;
  /** Unmounts; a second call does nothing. Throws AgentError 74 when the drive stays mounted. */
  release(): void;
};

/** Makes the runtime folders: 0755 outside, 0700 inside. */
export function makeRuntimeDirectories(): void {
  makeOwnFolder(runtimeDirectory, 0o755);
  makeOwnFolder(privateRuntimeDirectory, 0o700);
}

/** Where this process mounts when it only looks: a run may be under way, and its mount is not ours to take down. */
export function lookMountPoint(): string {
  return lookPrefix + process.pid;
}

/** Mounts `device` read-only at a folder below the private runtime folder. Throws AgentError 12 when the kernel refuses it. */
export function mountDrive(device: string, mountPoint: string): MountedDrive {
  makeOwnFolder(mountPoint, 0o700);
  const mount = findCommand('mount', '');
  if (mount === undefined) throw new AgentError(exitCodes.driveUnreadable, 'mount: command not found');
  const options = 'ro,nosuid,nodev,noexec';
  const tryMount = (words: string): RunResult =>
    runCommand([mount, '-o', words, device, mountPoint], { timeoutMs: mountTimeoutMs });
  let result: RunResult | undefined;
  try {
    result = tryMount(`${options},nosymfollow`);
    // util-linux before 2.38 hands the unknown option to the file system, which refuses it; the reader follows no link in any case.
    if (result.status !== 0 && !result.timedOut) result = tryMount(options);
  } finally {
    // It may have done its work before it failed or was ended.
    if (result?.status !== 0 && (countMounts(mountPoint) ?? 0) > 0) unmount(mountPoint);
  }
  if (result.status !== 0) {
    throw new AgentError(exitCodes.driveUnreadable, `${device}: ${describeFailure('mount', result)}`, {
      hint: 'check the drive (blkid, dmesg), then: guest-init run',
    });
  }
  let held = true;
  return {
    root: mountPoint,
    fileSystem: readOwnMounts()?.find((mounted) => mounted.mountPoint === mountPoint)?.fileSystem ?? 'unknown',
    release() {
      if (!held) return;
      held = false;
      unmount(mountPoint);
      if (mountPoint.startsWith(lookPrefix)) fs.rmdirSync(mountPoint);
    },
  };
}

/** Takes down what runs and looks that were killed left mounted. Throws AgentError 74 when a mount stays. */
export function sweepMounts(): void {
  const left = new Set(readOwnMounts()?.map(({ mountPoint }) => mountPoint));
  for (const mountPoint of left) {
    const looker = mountPoint.startsWith(lookPrefix) ? mountPoint.slice(lookPrefix.length) : undefined;
    if (looker === undefined || !fs.existsSync(`/proc/${looker}`)) unmount(mountPoint);
  }
}

/** Unmounts whatever is mounted there, one over the other; lazily when it is busy. */
function unmount(mountPoint: string): void {
  const umount = findCommand('umount', '');
  let isDone = true;
  // A table that cannot be read says nothing: then there is one.
  for (let remaining = countMounts(mountPoint) ?? 1; remaining > 0; remaining -= 1) {
    isDone = umount !== undefined && (succeeds([umount, mountPoint]) || succeeds([umount, '-l', mountPoint]));
  }
  const left = countMounts(mountPoint);
  if (left === undefined ? isDone : left === 0) return;
  throw new AgentError(exitCodes.driveBusy, `${mountPoint}: the drive could not be unmounted`, {
    hint: `umount -l ${mountPoint}`,
  });
}

function succeeds(argv: readonly string[]): boolean {
  try {
    return runCommand(argv, { timeoutMs: mountTimeoutMs }).status === 0;
  } catch {
    return false;
  }
}

/** Undefined when the kernel does not tell. */
function countMounts(mountPoint: string): number | undefined {
  return readOwnMounts()?.filter((mounted) => mounted.mountPoint === mountPoint).length;
}

/** Mounts below our private folder, from /proc/self/mountinfo (proc(5)); undefined when that cannot be read. */
function readOwnMounts(): readonly { mountPoint: string; fileSystem: string }[] | undefined {
  let text: string;
  try {
    text = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
  return text
    .split('\n')
    .filter((line) => line.includes(` ${privateRuntimeDirectory}/`))
    .map((line) => ({
      mountPoint: line.split(' ')[4] ?? '',
      fileSystem: (line.split(' - ')[1] ?? 'unknown').split(' ')[0] ?? 'unknown',
    }))
    .filter(({ mountPoint }) => mountPoint === driveMountPoint || mountPoint.startsWith(lookPrefix));
}

function makeOwnFolder(path: string, mode: number): void {
  try {
    fs.mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new AgentError(
        exitCodes.stateUnwritable,
        `${path}: cannot be made (${(error as NodeJS.ErrnoException).code})`,
      );
    }
    const stat = fs.lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== process.geteuid?.()) {
      throw new AgentError(exitCodes.stateUnwritable, `${path}: in the way, and not a folder of root's`);
    }
    if (readOwnMounts()?.some(({ mountPoint }) => mountPoint === path)) return;
  }
  try {
    fs.chmodSync(path, mode);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new AgentError(exitCodes.stateUnwritable, `${path}: its mode cannot be set (${code})`, { cause: error });
  }
}
