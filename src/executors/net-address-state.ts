// How an address that is wanted compares with what its link has: whether it is there, what gives way to it, what has to come after it.

import type { NetAddressAction } from '../core/action.ts';
import type { LinkFact, LiveAddress } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { isInNetwork, isLinkLocal, parseAddress } from '../network/address.ts';
import { parseLocalAddresses } from '../network/proc-tables.ts';
import type { AddressOnLink } from './net-commands.ts';
import { findLiveLink } from './net-live-view.ts';
import { readAttribute } from './net-sysfs.ts';

export function findLink(host: Host, name: string): LinkFact | undefined {
  return findLiveLink(host, name);
}

function isWanted(action: NetAddressAction, live: LiveAddress): boolean {
  return live.address === action.address && live.prefixLength === action.prefixLength;
}

export function formatLive({ address, prefixLength }: LiveAddress): string {
  return `${address}/${prefixLength}`;
}

/** Which of the wanted addresses of its link and family this one is; 0 where it is the only one. */
export function findRank({ together, address, prefixLength }: NetAddressAction): number {
  return Math.max(0, together?.indexOf(`${address}/${prefixLength}`) ?? 0);
}

/**
 * Whether the kernel tells the link of its addresses and their order. Without carrier only subnets tell them: a host address is then
 * seen in none, or as part of another's.
 */
function isRunning(host: Host, link: string): boolean {
  return ['up', 'unknown'].includes(readAttribute(host, link, 'operstate') ?? '');
}

export function isPresent(action: NetAddressAction, fact: LinkFact, host: Host): boolean {
  if (fact.addresses.some((live) => isWanted(action, live))) return true;
  const { family, prefixLength, address, link } = action;
  if (family === 6 || prefixLength < 32 || !fact.up || isRunning(host, link)) return false;
  const isElsewhere = host
    .facts()
    .links.some(({ name, addresses }) => name !== link && addresses.some((live) => live.address === address));
  return !isElsewhere && parseLocalAddresses(host.readText('/proc/net/fib_trie') ?? '').includes(address);
}

/** Addresses that give way: of IPv4 all but link-local ones, of IPv6 only the same address with another prefix (SLAAC may own the rest). */
export function listForeign(action: NetAddressAction, fact: LinkFact, host: Host): LiveAddress[] {
  const wanted = action.together ?? [`${action.address}/${action.prefixLength}`];
  return fact.addresses.filter((live) => {
    if (live.family !== action.family || isWanted(action, live)) return false;
    if (action.family === 6) return live.address === action.address;
    if (wanted.includes(formatLive(live))) return false;
    if (wanted.includes(`${live.address}/32`) && !isRunning(host, action.link)) return false;
    const parsed = parseAddress(live.address);
    return parsed !== undefined && !isLinkLocal(parsed);
  });
}

/**
 * Wanted addresses that shall come after this one and are before it: the first of a subnet is what the guest sends from. They are taken
 * away, and come back by their own steps. Without carrier nobody tells the order: then only an address that is missing shows it.
 */
export function listEarly(action: NetAddressAction, fact: LinkFact, host: Host): LiveAddress[] {
  const { together, link, prefixLength } = action;
  const own = parseAddress(action.address);
  if (together === undefined || own === undefined) return [];
  const at = fact.addresses.findIndex((live) => isWanted(action, live));
  if (isPresent(action, fact, host) && !isRunning(host, link)) return [];
  return fact.addresses.filter((live, index) => {
    const parsed = parseAddress(live.address);
    const isLater = together.indexOf(formatLive(live)) > findRank(action);
    const isSameSubnet =
      parsed !== undefined && live.prefixLength === prefixLength && isInNetwork(parsed, own, prefixLength);
    return isLater && isSameSubnet && (at < 0 || index < at);
  });
}

/** The wanted addresses up to this one, in order: what has to be there again after everything was taken away. */
export function listUpTo(action: NetAddressAction): AddressOnLink[] {
  const { link, together } = action;
  if (together === undefined) return [action];
  return together.slice(0, findRank(action) + 1).map((text) => {
    const [address = '', length] = text.split('/');
    return { link, address, prefixLength: Number(length) };
  });
}
