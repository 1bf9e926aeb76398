// Duplicate address detection is the kernel's (RFC 4862): its end is waited for.

import type { NetAddressAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { NetworkCheck } from '../core/network-check.ts';
import type { Host } from '../host/host.ts';
import { type Ipv6Usability, parseIpv6Usability } from '../network/proc-tables.ts';
import { hasCarrier, pause } from './net-segment.ts';

/** A second for the question, and up to one before it that the kernel draws. */
const detectionMs = 2500;
const stepMs = 20;

/**
 * Waits until the addresses, and the link-local ones that neighbours are asked from, may be used. Without carrier nobody can be asked.
 * Throws AgentError 20 where another machine has one of them.
 */
export async function awaitDetection(addresses: readonly NetAddressAction[], host: Host): Promise<NetworkCheck[]> {
  const links = new Set(addresses.map(({ link }) => link));
  const start = host.monotonic();
  const look = (): Ipv6Usability[] => parseIpv6Usability(host.readText('/proc/net/if_inet6') ?? '');
  let state = look();
  const isOpen = ({ link, isTentative }: Ipv6Usability): boolean =>
    isTentative && links.has(link) && hasCarrier(host, link);
  while (!state.some(isWantedTwice) && state.some(isOpen) && host.monotonic() - start < detectionMs) {
    await pause(stepMs);
    state = look();
  }
  const twice = state.find(isWantedTwice);
  if (twice !== undefined)
    throw new AgentError(
      exitCodes.networkRolledBack,
      `${twice.address} is in use on ${twice.link} by another machine (duplicate address detection)`,
      { hint: 'give this guest another address, or take it from the other machine; then: guest-init run --force' },
    );
  return addresses.map(({ link, address }): NetworkCheck => {
    const check = { link, what: 'address-free', subject: address } as const;
    const live = state.find((entry) => entry.link === link && entry.address === address);
    if (live?.isTentative !== true) return { ...check, result: 'ok' };
    return { ...check, result: 'unknown', detail: hasCarrier(host, link) ? 'still asking' : `${link} has no carrier` };
  });

  function isWantedTwice({ link, address, isDuplicate }: Ipv6Usability): boolean {
    return isDuplicate && addresses.some((wanted) => wanted.link === link && wanted.address === address);
  }
}
