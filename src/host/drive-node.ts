// The node of a config drive: users of the groups that udev gives drives to (cdrom, disk) could read passwords and keys from it for as long
// as it is attached. The udev rule of the package says the same for the usual label, and keeps udev from giving the node back.

import * as fs from 'node:fs';

/** Makes the block device 0600 root:root. Gives the reason when others can still read it, undefined when they cannot. */
export function keepForRoot(device: string): string | undefined {
  try {
    const { mode, uid, gid } = fs.statSync(device);
    // An access list shows in the bits of the group: without them it gives nothing.
    if ((mode & 0o777) === 0o600 && uid === 0 && gid === 0) return undefined;
    fs.chownSync(device, 0, 0);
    fs.chmodSync(device, 0o600);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
