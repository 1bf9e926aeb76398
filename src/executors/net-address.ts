// An address of a link, by one ifconfig or one ip. Other IPv4 addresses of the link give way, but for those that are wanted, too; IPv6
// ones stay beside it.

import type { NetAddressAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { LinkFact, LiveAddress } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import type { Change, Executor } from './executor.ts';
import { findLink, findRank, formatLive, isPresent, listEarly, listForeign, listUpTo } from './net-address-state.ts';
import {
  type AddressOnLink,
  askNetworkCommand,
  formatIfconfigAddress,
  formatIpAddress,
  formatIpAddressApart,
  runIpCommands,
  runNetworkCommand,
} from './net-commands.ts';
import { forgetBefore } from './net-live-view.ts';
import { forgetLeftovers, listLeftovers } from './net-probe-memory.ts';

export const netAddress: Executor<NetAddressAction> = {
  inspect: (action, host) => {
    const wanted = `address ${action.address}/${action.prefixLength}`;
    const fact = findLink(host, action.link);
    if (fact === undefined) return { state: 'unknown', changes: [{ op: '+', what: wanted }] };
    const changes: Change[] = [];
    if (!isPresent(action, fact, host)) changes.push({ op: '+', what: wanted });
    else if (!fact.up) changes.push({ op: '~', what: `${action.link} up` });
    for (const live of listForeign(action, fact, host)) changes.push({ op: '-', what: `address ${formatLive(live)}` });
    for (const live of listEarly(action, fact, host))
      changes.push({ op: '~', what: `${wanted} before ${formatLive(live)}` });
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },
  apply: (action, host) => {
    const fact = findLink(host, action.link);
    if (fact === undefined) {
      throw new AgentError(exitCodes.linkMissing, `${action.link}: no such link any more`, { hint: 'see: ip link' });
    }
    const refusal = action.family === 6 ? findIpv6Refusal(host, action.link) : undefined;
    if (refusal !== undefined) return { failed: refusal };
    const foreign = listForeign(action, fact, host);
    const early = listEarly(action, fact, host);
    // ifconfig knows one address of a link; further ones have a name of their own there.
    const isFurther = findRank(action) > 0;
    if (action.tool === 'iproute2' || (isFurther && host.which('ip') !== undefined))
      applyByIp(action, host, { fact, foreign, early });
    else if (isFurther) {
      const failure = applyByAlias(action, host, { fact, early });
      if (failure !== undefined) return { failed: failure };
    } else applyByIfconfig(action, host, { fact, obsolete: [...foreign, ...early] });
    return foreign.length === 0 ? undefined : { message: `replaced ${foreign.map(formatLive).join(', ')}` };
  },
  plainCommands: (action, host) => {
    const fact = findLink(host, action.link);
    // Further addresses of a link depend on its first one, and IPv6 may be switched off.
    if (fact === undefined || action.family === 6 || findRank(action) > 0) return undefined;
    const isAlone = listForeign(action, fact, host).length === 0 && listEarly(action, fact, host).length === 0;
    if (!isAlone || isPresent(action, fact, host)) return undefined;
    if (action.tool === 'net-tools') return [formatIfconfigAddress(action)];
    return listByIp(action, host, { fact }).map((words) => ['ip', ...words]);
  },
};

/** A guest without IPv6 keeps its IPv4: this step fails without a command, so that nothing is rolled back. */
function findIpv6Refusal(host: Host, link: string): string | undefined {
  const setting = host.readText(`/proc/sys/net/ipv6/conf/${link}/disable_ipv6`)?.trim();
  if (setting === undefined) return `${link}: this kernel has no IPv6`;
  return setting === '0' ? undefined : `${link}: IPv6 is switched off (net.ipv6.conf.${link}.disable_ipv6)`;
}

type Surplus = {
  readonly fact: LinkFact;
  readonly foreign: readonly LiveAddress[];
  readonly early: readonly LiveAddress[];
};

/** What gives way goes first: the kernel would make the new one a secondary of theirs, and take it away with them. */
function applyByIp(action: NetAddressAction, host: Host, { fact, foreign, early }: Surplus): void {
  const [only] = foreign;
  if (foreign.length > 1 || early.length > 0) {
    clearByIp(host, action.link);
    const settings = listUpTo(action).flatMap((entry) => formatSetting(action, entry));
    runIpCommands(host, [...settings, ...listUp(action, host, fact)]);
  } else runIpCommands(host, listByIp(action, host, { fact, replaced: only }));
  if (action.family === 4) forgetLeftovers(host, action.link);
}

/** The commands of ip for one address of a link, in place of `replaced`. */
function listByIp(
  action: NetAddressAction,
  host: Host,
  { fact, replaced }: { fact: LinkFact; replaced?: LiveAddress | undefined },
): string[][] {
  const removal = replaced === undefined ? [] : [formatIpAddress('del', { link: action.link, ...replaced })];
  const setting = formatSetting(action, action);
  const up = listUp(action, host, fact);
  // A route of its own needs the link up.
  return action.noPrefixRoute ? [...removal, ...up, ...setting] : [...removal, ...setting, ...up];
}

function listUp({ link, family }: NetAddressAction, host: Host, fact: LinkFact): string[][] {
  // ifconfig clears the table; here the question whether the address is free is taken out of it.
  const asked = family === 4 ? listLeftovers(host, link) : [];
  return [
    ...(fact.up ? [] : [['link', 'set', 'dev', link, 'up']]),
    ...asked.map(({ address }) => ['neigh', 'flush', 'to', address, 'dev', link]),
  ];
}

function formatSetting({ noPrefixRoute }: NetAddressAction, entry: AddressOnLink): string[][] {
  return noPrefixRoute ? formatIpAddressApart(entry) : [formatIpAddress('replace', entry)];
}

/** ifconfig replaces the only address of a link by itself; where there are several, or aliases, they are cleared beforehand. */
function applyByIfconfig(
  action: NetAddressAction,
  host: Host,
  { fact, obsolete }: { fact: LinkFact; obsolete: readonly LiveAddress[] },
): undefined {
  // Said again, it would take the place of the first address of the link, which may be another that is wanted.
  if (isPresent(action, fact, host) && obsolete.length === 0 && action.together !== undefined) {
    runNetworkCommand(host, ['ifconfig', action.link, 'up']);
    return;
  }
  const isCrowded = obsolete.length > 1 || (obsolete.length === 1 && countIpv4(host, action.link) > 1);
  if (isCrowded) clearIpv4(host, action.link);
  runNetworkCommand(host, formatIfconfigAddress(action));
  if (obsolete.length === 0) return;
  // An alias (eth0:1) is not what ifconfig replaces.
  const now = findLink(host, action.link);
  const left = now === undefined ? [] : [...listForeign(action, now, host), ...listEarly(action, now, host)];
  if (left.length === 0) return;
  clearIpv4(host, action.link);
  runNetworkCommand(host, formatIfconfigAddress(action));
}

/** Longest name of a link or alias: IFNAMSIZ of netdevice(7), without the final zero. */
const longestName = 15;

/** On the first alias that nobody uses; the words for the operator when there is none. Foreign addresses went with the first one. */
function applyByAlias(
  action: NetAddressAction,
  host: Host,
  { fact, early }: Pick<Surplus, 'fact' | 'early'>,
): string | undefined {
  const { link } = action;
  const aliases = Array.from({ length: mostAliases }, (_, index) => `${link}:${index}`);
  if (`${link}:${findRank(action)}`.length > longestName)
    return `${link}: the name is too long for an alias; install iproute2`;
  if (early.length > 0) {
    clearIpv4(host, link);
    for (const [index, entry] of listUpTo(action).entries())
      runNetworkCommand(host, formatIfconfigAddress({ ...entry, link: aliases[index - 1] ?? link }));
    return undefined;
  }
  if (isPresent(action, fact, host)) {
    runNetworkCommand(host, ['ifconfig', link, 'up']);
    return undefined;
  }
  const free = aliases.find((alias) => !/\binet\b/.test(askNetworkCommand(host, ['ifconfig', alias])));
  if (free === undefined) return `${link}: more than ${mostAliases} aliases; install iproute2`;
  runNetworkCommand(host, formatIfconfigAddress({ ...action, link: free }));
  return undefined;
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
    forgetBefore(host, ['ifconfig', link]);
    host.run([host.which('ifconfig') ?? 'ifconfig', `${link}:${alias}`, 'down']);
  }
}
