// The command that ends the guest's work, or starts it anew.

import type { PowerStateAction } from '../../core/action.ts';
import type { Facts } from '../../core/facts.ts';
import { findFamily } from '../../distros/family.ts';

type End = { readonly mode: PowerStateAction['mode']; readonly minutes: number; readonly message?: string | undefined };

/** Words of shutdown(8), or on Alpine, which has none, of BusyBox' programs. */
export function describeEnd(os: Facts['os'], end: End): string[] {
  return findFamily(os) === 'alpine' ? describeBusybox(end) : describeShutdown(end);
}

/** A message that begins with a hyphen would be an option, so options end before the time. */
function describeShutdown({ mode, minutes, message }: End): string[] {
  const option = { poweroff: '-P', reboot: '-r', halt: '-H' }[mode];
  return ['shutdown', option, '--', minutes === 0 ? 'now' : `+${minutes}`, ...(message === undefined ? [] : [message])];
}

/** BusyBox has a program for each, whose delay is in seconds and which has nobody to tell. */
function describeBusybox({ mode, minutes }: End): string[] {
  return [mode, '-d', String(minutes * 60)];
}
