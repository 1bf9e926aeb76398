// What is said where no run of this boot tells how it ended: none has started, or one was cut off.

import { exitCodes } from '../core/error.ts';
import type { PublicStatus } from '../pipeline/public-status.ts';

/** A run that says it is under way, and whose process is gone, was killed. `isAlive` gets its process id. */
export function settleStatus(
  status: PublicStatus | undefined,
  isAlive: (pid: number) => boolean,
): PublicStatus | undefined {
  if (status?.state !== 'running' || status.pid === undefined || isAlive(status.pid)) return status;
  const { pid: _, ...rest } = status;
  return {
    ...rest,
    state: 'failed',
    exitCode: exitCodes.internal,
    message: 'the run was cut off: its process is gone and left no last line',
    hint: 'see journalctl -u guest-init; it is taken up where it stopped by: guest-init run',
  };
}

/** Why nothing has run in this boot, as far as /proc/cmdline says it, and where to look. */
export function explainAbsence(kernelCommandLine: string): { readonly message: string; readonly hint: string } {
  if (/(?:^|\s)guest-init=off(?:\s|$)/.test(kernelCommandLine)) {
    return {
      message: 'switched off for this boot by guest-init=off on the kernel command line',
      hint: 'reboot without it, or, by hand: guest-init run',
    };
  }
  return {
    message: 'has not run in this boot',
    hint: 'see systemctl status guest-init, journalctl -u guest-init; by hand: guest-init run',
  };
}
