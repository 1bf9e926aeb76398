// Mounts the drive for as long as a run needs it and takes it down again, however the run ends: the caller's scope exit here,
// the unit's ExecStopPost after a SIGKILL, and the sweep at the next start.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure, findCommand, runCommand } from './commands.ts';

/** World-readable status lives in the outer folder; the inner one is for root alone. */
export const runtimeDirectory = '/run/guest-init';
export const privateRuntimeDirectory = `${runtimeDirectory}/private`;
const driveMountPoint = `${privateRuntimeDirectory}/drive`;

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

/** Mounts `device` read-only under the private runtime folder. Throws AgentError 12 when the kernel refuses it. */
export function mountDrive(device: string): MountedDrive {
  makeOwnFolder(driveMountPoint, 0o700);
  const mount = findCommand('mount', '');
  if (mount === undefined) throw new AgentError(exitCodes.driveUnreadable, 'mount: command not found');
  const options = 'ro,nosuid,nodev,noexec';
  let result = runCommand([mount, '-o', `${options},nosymfollow`, device, driveMountPoint], {
    timeoutMs: mountTimeoutMs,
  });
  // util-linux before 2.38 hands the unknown option to the file system, which refuses it; the reader follows no link in any case.
  if (result.status !== 0 && !result.timedOut) {
    result = runCommand([mount, '-o', options, device, driveMountPoint], { timeoutMs: mountTimeoutMs });
  }
  if (result.status !== 0) {
    throw new AgentError(exitCodes.driveUnreadable, `${device}: ${describeFailure('mount', result)}`, {
      hint: 'check the drive (blkid, dmesg), then: guest-init run',
    });
  }
  let held = true;
  return {
    root: driveMountPoint,
    fileSystem: readDriveMounts()[0]?.fileSystem ?? 'unknown',
    release() {
      if (!held) return;
      held = false;
      releaseDrive();
    },
  };
}

/** Unmounts whatever is mounted on our mount point; lazily when it is busy. Throws AgentError 74 when it stays. */
export function releaseDrive(): void {
  for (let remaining = readDriveMounts().length; remaining > 0; remaining -= 1) {
    const umount = findCommand('umount', '');
    if (umount === undefined) break;
    if (runCommand([umount, driveMountPoint], { timeoutMs: mountTimeoutMs }).status !== 0) {
      runCommand([umount, '-l', driveMountPoint], { timeoutMs: mountTimeoutMs });
    }
  }
  if (readDriveMounts().length > 0) {
    throw new AgentError(exitCodes.driveBusy, `${driveMountPoint}: the drive could not be unmounted`, {
      hint: `umount -l ${driveMountPoint}`,
    });
  }
}

/** Mounts on our mount point, from /proc/self/mountinfo (proc(5)). */
function readDriveMounts(): readonly { fileSystem: string; device: string }[] {
  let text: string;
  try {
    text = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line.split(' ')[4] === driveMountPoint)
    .map((line) => {
      const [fileSystem = 'unknown', device = 'unknown'] = (line.split(' - ')[1] ?? '').split(' ');
      return { fileSystem, device };
    });
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
    if (readDriveMounts().length > 0 && path === driveMountPoint) return;
  }
  fs.chmodSync(path, mode);
}
