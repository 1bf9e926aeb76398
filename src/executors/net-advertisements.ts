// Router advertisements refused on a link: the kernel's own switch, accept_ra of Documentation/networking/ip-sysctl.rst.

import type { NetAdvertisementsAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';

function pathOf(link: string): string {
  return `/proc/sys/net/ipv6/conf/${link}/accept_ra`;
}

/** The link's switch: 0 refused, 1 taken unless the guest forwards, 2 taken. Undefined where the kernel has no IPv6, or no such link. */
export function readAdvertisements(host: Host, link: string): string | undefined {
  return host.readText(pathOf(link))?.trim();
}

/** Sets the switch back to `value`, where it is another. */
export function restoreAdvertisements(host: Host, link: string, value: string): void {
  const live = readAdvertisements(host, link);
  if (live !== undefined && live !== value) host.writeKernelVariable(pathOf(link), `${value}\n`);
}

export const netAdvertisements: Executor<NetAdvertisementsAction> = {
  inspect({ link }, host) {
    const live = readAdvertisements(host, link);
    if (live === undefined || live === '0') return { state: 'same' };
    return { state: 'differs', changes: [{ op: '~', what: `${link} refuses router advertisements` }] };
  },

  apply({ link }, host) {
    restoreAdvertisements(host, link, '0');
    return undefined;
  },
};
