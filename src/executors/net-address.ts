// The address of a link, by one ifconfig or one ip. Other IPv4 addresses of the link give way; IPv6 ones stay beside it.

import type { NetAddressAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { LinkFact, LiveAddress } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { isLinkLocal, parseAddress } from '../network/address.ts';
import type { Change, Executor } from './executor.ts';
import { formatIfconfigAddress, formatIpAddress, runIpCommands, runNetworkCommand } from './net-commands.ts';

function findLink(host: Host, name: string): LinkFact | undefined {
  return host.facts().links.find((link) => link.name === name);
}

function isWanted(action: NetAddressAction, live: LiveAddress): boolean {
  return live.address === action.address && live.prefixLength === action.prefixLength;
}

/** Addresses that give way: of IPv4 all but link-local ones, of IPv6 only the same address with another prefix (SLAAC may own the rest). */
function listObsolete(action: NetAddressAction, fact: LinkFact): LiveAddress[] {
  return fact.addresses.filter((live) => {
    if (live.family !== action.family || isWanted(action, live)) return false;
    if (action.family === 6) return live.address === action.address;
    const parsed = parseAddress(live.address);
    return parsed !== undefined && !isLinkLocal(parsed);
  });
}

export const netAddress: Executor<NetAddressAction> = {
  inspect: (action, host) => {
    const wanted = `address ${action.address}/${action.prefixLength}`;
    const fact = findLink(host, action.link);
    if (fact === undefined) return { state: 'unknown', changes: [{ op: '+', what: wanted }] };
    const changes: Change[] = [];
    if (!fact.addresses.some((live) => isWanted(action, live))) changes.push({ op: '+', what: wanted });
    else if (!fact.up) changes.push({ op: '~', what: `${action.link} up` });
    for (const live of listObsolete(action, fact))
      changes.push({ op: '-', what: `address ${live.address}/${live.prefixLength}` });
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },
  apply: (action, host) => {
    const fact = findLink(host, action.link);
    if (fact === undefined) {
      throw new AgentError(exitCodes.linkMissing, `${action.link}: no such link any more`, { hint: 'see: ip link' });
    }
    const refusal = action.family === 6 ? findIpv6Refusal(host, action.link) : undefined;
    if (refusal !== undefined) return { failed: refusal };
    const obsolete = listObsolete(action, fact);
    if (action.tool === 'net-tools') applyByIfconfig(action, host, obsolete);
    else applyByIp(action, host, { fact, obsolete });
    if (obsolete.length === 0) return undefined;
    return { message: `replaced ${obsolete.map((live) => `${live.address}/${live.prefixLength}`).join(', ')}` };
  },
};

/** A guest without IPv6 keeps its IPv4: this step fails without a command, so that nothing is rolled back. */
function findIpv6Refusal(host: Host, link: string): string | undefined {
  const setting = host.readText(`/proc/sys/net/ipv6/conf/${link}/disable_ipv6`)?.trim();
  if (setting === undefined) return `${link}: this kernel has no IPv6`;
  return setting === '0' ? undefined : `${link}: IPv6 is switched off (net.ipv6.conf.${link}.disable_ipv6)`;
}

/** Obsolete addresses go first: the kernel would make the new one a secondary of theirs, and take it away with them. */
function applyByIp(
  action: NetAddressAction,
  host: Host,
  { fact, obsolete }: { fact: LinkFact; obsolete: readonly LiveAddress[] },
): void {
  const [only] = obsolete;
  const removal =
    only !== undefined && obsolete.length === 1 ? [formatIpAddress('del', { link: action.link, ...only })] : [];
  if (obsolete.length > 1) clearByIp(host, action.link);
  const up = fact.up ? [] : [['link', 'set', 'dev', action.link, 'up']];
  runIpCommands(host, [...removal, formatIpAddress('replace', action), ...up]);
}

/** ifconfig replaces the only address of a link by itself; where there are several, or aliases, they are cleared beforehand. */
function applyByIfconfig(action: NetAddressAction, host: Host, obsolete: readonly LiveAddress[]): void {
  const isCrowded = obsolete.length > 1 || (obsolete.length === 1 && countIpv4(host, action.link) > 1);
  if (isCrowded) clearIpv4(host, action.link);
  runNetworkCommand(host, formatIfconfigAddress(action));
  // An alias (eth0:1) is not what ifconfig replaces.
  const fact = findLink(host, action.link);
  if (obsolete.length === 0 || fact === undefined || listObsolete(action, fact).length === 0) return;
  clearIpv4(host, action.link);
  runNetworkCommand(host, formatIfconfigAddress(action));
}

function clearIpv4(host: Host, link: string): void {
  if (host.which('ip') === undefined) clearByIfconfig(host, link);
  else clearByIp(host, link);
}

/** One flush: single removals fail on the secondaries that their primary has taken along. */
function clearByIp(host: Host, link: string): void {
  runNetworkCommand(host, ['ip', '-4', 'addr', 'flush', 'dev', link, 'scope', 'global']);
}

function countIpv4(host: Host, link: string): number {
  return findLink(host, link)?.addresses.filter((live) => live.family === 4).length ?? 0;
}

const mostAliases = 16;

/** Removes all IPv4 addresses of a link without ip: those labelled with its name one by one, then its aliases eth0:0, eth0:1, … */
export function clearByIfconfig(host: Host, link: string): void {
  for (let left = countIpv4(host, link); left > 0; ) {
    runNetworkCommand(host, ['ifconfig', link, '0.0.0.0']);
    const now = countIpv4(host, link);
    if (now >= left) break;
    left = now;
  }
  for (let alias = 0; alias < mostAliases && countIpv4(host, link) > 0; alias += 1) {
    // An alias that does not exist is refused; what is left at the end shows in the next look at the link.
    host.run([host.which('ifconfig') ?? 'ifconfig', `${link}:${alias}`, 'down']);
  }
}
