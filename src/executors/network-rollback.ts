// The network as a transaction: remembered before the first change, put back when a command fails, and looked at again to be sure.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { clearByIfconfig } from './net-address.ts';
import { restoreAdvertisements } from './net-advertisements.ts';
import {
  formatIfconfigAddress,
  formatIpAddress,
  formatIpRoute,
  formatRouteCommand,
  runIpCommands,
  runNetworkCommand,
} from './net-commands.ts';
import { removeHidden } from './net-hidden-address.ts';
import { describeStack, findStackDifference, orderByStack, restoreStack } from './net-stack-rollback.ts';
import {
  hasSomethingToLose,
  type NetworkSnapshot,
  readNetworkState,
  type SavedAddress,
  type SavedLink,
  type SavedRoute,
} from './net-state.ts';

export type { NetworkSnapshot };

/** Remembers links, addresses and routes. Spawns nothing on a guest that has no address and no route yet. */
export function snapshotNetwork(host: Host): NetworkSnapshot {
  const facts = host.facts();
  return readNetworkState(host, hasSomethingToLose(host, facts), facts);
}

/**
 * Takes away the bonds and VLANs that this run has made, and brings addresses, routes, MTU and the up or down of every link back to the
 * snapshot; what is already so is not touched. Throws AgentError (exit 21) naming the first difference when the state read afterwards is another.
 */
export function restoreNetwork(snapshot: NetworkSnapshot, host: Host): void {
  let failure: unknown;
  const links = (): void => restoreLinks(snapshot, host);
  // A VLAN comes up by itself with the link below it, even one that was down.
  const again = snapshot.links.some(({ vlan }) => vlan !== undefined) ? [links] : [];
  const stack = (): void => restoreStack(snapshot.links, host);
  for (const restore of [stack, links, ...again, () => restoreRoutes(snapshot, host)]) {
    try {
      restore();
    } catch (error) {
      failure ??= error;
    }
  }
  const difference = findDifference(snapshot, readNetworkState(host, snapshot.isDetailed), host);
  if (difference === undefined) return;
  const reason = failure instanceof Error ? `${difference}; ${failure.message}` : difference;
  throw new AgentError(exitCodes.networkRollbackFailed, reason, {
    hint: 'set the network by hand, or reboot',
    cause: failure,
  });
}

function restoreLinks(snapshot: NetworkSnapshot, host: Host): void {
  const hidden = listHidden(readNetworkState(host, snapshot.isDetailed), snapshot);
  if (hidden.length > 0) {
    const links = snapshot.links.map(({ name }) => name);
    removeHidden(hidden, links, host);
  }
  const live = new Map(readNetworkState(host, snapshot.isDetailed).links.map((link) => [link.name, link]));
  for (const saved of orderByStack(snapshot.links)) {
    const now = live.get(saved.name);
    if (now !== undefined && saved.advertisements !== undefined)
      restoreAdvertisements(host, saved.name, saved.advertisements);
    if (now === undefined || describeLink(now) === describeLink(saved)) continue;
    if (host.which('ip') === undefined) restoreLinkByIfconfig(host, saved, now);
    else restoreLinkByIp(host, saved, now);
  }
}

/** Addresses that no link shows and that were not there before. */
function listHidden(now: NetworkSnapshot, snapshot: NetworkSnapshot): string[] {
  const shown = new Set(now.links.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  return now.localAddresses.filter((address) => !shown.has(address) && !snapshot.localAddresses.includes(address));
}

function restoreLinkByIp(host: Host, saved: SavedLink, now: SavedLink): void {
  const { name } = saved;
  if (describeAddresses(saved, 4) !== describeAddresses(now, 4)) {
    // All of them, in their old order: it decides which is the primary of a subnet.
    if (now.addresses.some((entry) => entry.family === 4))
      runNetworkCommand(host, ['ip', '-4', 'addr', 'flush', 'dev', name]);
    runIpCommands(
      host,
      saved.addresses.filter((entry) => entry.family === 4).map((entry) => formatSavedAddress(name, entry)),
    );
  }
  const has = (link: SavedLink, entry: SavedAddress): boolean =>
    link.addresses.some((other) => describeAddress(other) === describeAddress(entry));
  const isIpv6 = (entry: SavedAddress): boolean => entry.family === 6;
  runIpCommands(host, [
    ...now.addresses
      .filter((entry) => isIpv6(entry) && !has(saved, entry))
      .map((entry) => formatIpAddress('del', { link: name, ...entry })),
    ...(saved.mtu === undefined || saved.mtu === now.mtu
      ? []
      : [['link', 'set', 'dev', name, 'mtu', String(saved.mtu)]]),
    ...(saved.up === now.up ? [] : [['link', 'set', 'dev', name, saved.up ? 'up' : 'down']]),
    ...saved.addresses
      .filter((entry) => isIpv6(entry) && !has(now, entry))
      .map((entry) => formatSavedAddress(name, entry)),
  ]);
}

function formatSavedAddress(link: string, { family, address, prefixLength, details }: SavedAddress): string[] {
  const peer = details?.[0] === 'peer' ? details[1] : undefined;
  const words = peer === undefined ? [`${address}/${prefixLength}`] : [address, 'peer', peer];
  const rest =
    details?.slice(peer === undefined ? 0 : 2) ?? (family === 4 && prefixLength <= 30 ? ['broadcast', '+'] : []);
  return ['addr', 'add', ...words, ...rest, 'dev', link];
}

function restoreLinkByIfconfig(host: Host, saved: SavedLink, now: SavedLink): void {
  const { name } = saved;
  if (describeAddresses(saved, 4) !== describeAddresses(now, 4)) {
    clearByIfconfig(host, name);
    const addresses = saved.addresses.filter((entry) => entry.family === 4);
    for (const [index, entry] of addresses.entries()) {
      const link = index === 0 ? name : `${name}:${index - 1}`;
      runNetworkCommand(host, formatIfconfigAddress({ link, ...entry }));
    }
  }
  if (saved.mtu !== undefined && saved.mtu !== now.mtu)
    runNetworkCommand(host, ['ifconfig', name, 'mtu', String(saved.mtu)]);
  // ifconfig sets a link up together with its address.
  const isUp = host.facts().links.find((link) => link.name === name)?.up;
  if (saved.up !== isUp) runNetworkCommand(host, ['ifconfig', name, saved.up ? 'up' : 'down']);
}

/** Runs after the links: addresses and link states have by then brought back and taken away their own routes. */
function restoreRoutes(snapshot: NetworkSnapshot, host: Host): void {
  const live = readNetworkState(host, snapshot.isDetailed);
  if (snapshot.isDetailed) {
    const extra = live.routeLines.filter((line) => !snapshot.routeLines.includes(line));
    const lost = snapshot.routeLines.filter((line) => !live.routeLines.includes(line));
    // Routes to the link first: gateways are reached through them.
    const ordered = [
      ...lost.filter((line) => !line.includes(' via ')),
      ...lost.filter((line) => line.includes(' via ')),
    ];
    runIpCommands(host, [
      ...extra.reverse().map((line) => ['route', 'del', ...line.split(' ')]),
      ...ordered.map((line) => ['route', 'append', ...line.split(' ')]),
    ]);
  }
  const isOpen = (route: SavedRoute): boolean => route.family === 6 || !snapshot.isDetailed;
  const key = (route: SavedRoute): string => describeRoute(route);
  const kept = new Set(snapshot.routes.map(key));
  const present = new Set(live.routes.map(key));
  const extra = live.routes.filter((route) => isOpen(route) && !kept.has(key(route)));
  const lost = snapshot.routes.filter((route) => isOpen(route) && !present.has(key(route))).sort(compareByGateway);
  if (host.which('ip') !== undefined) {
    runIpCommands(host, [
      ...extra
        .sort(compareByGateway)
        .reverse()
        .map((route) => formatIpRoute('del', route)),
      ...lost.map((route) => formatIpRoute('prepend', route)),
    ]);
    return;
  }
  for (const route of extra
    .filter((entry) => entry.family === 4)
    .sort(compareByGateway)
    .reverse())
    runNetworkCommand(host, formatRouteCommand('del', route));
  for (const route of lost.filter((entry) => entry.family === 4))
    runNetworkCommand(host, formatRouteCommand('add', route));
}

/** Routes to a link before routes through a gateway. */
function compareByGateway(a: SavedRoute, b: SavedRoute): number {
  const isVia = (route: SavedRoute): number => (route.gateway === '0.0.0.0' || route.gateway === '::' ? 0 : 1);
  return isVia(a) - isVia(b);
}

function describeAddress({ address, prefixLength, details = [] }: SavedAddress): string {
  return `${address}/${prefixLength}${details.map((word) => ` ${word}`).join('')}`;
}

function describeAddresses(link: SavedLink, family: 4 | 6): string {
  return link.addresses
    .filter((entry) => entry.family === family)
    .map(describeAddress)
    .join(', ');
}

function describeLink(link: SavedLink): string {
  const ipv6 = link.addresses
    .filter((entry) => entry.family === 6)
    .map(describeAddress)
    .sort();
  return `${link.name} ${link.up ? 'up' : 'down'} mtu ${link.mtu ?? '?'}: ${[describeAddresses(link, 4), ...ipv6].filter((text) => text !== '').join(', ') || 'no address'}${describeStack(link)}`;
}

function describeRoute(route: SavedRoute): string {
  return `${route.destination}/${route.prefixLength} via ${route.gateway} dev ${route.link} metric ${route.metric}`;
}

/** The first thing that is not as it was, in words; undefined when all is. Links that came or went meanwhile are not ours. */
function findDifference(snapshot: NetworkSnapshot, now: NetworkSnapshot, host: Host): string | undefined {
  const live = new Map(now.links.map((link) => [link.name, link]));
  for (const saved of snapshot.links) {
    const link = live.get(saved.name);
    if (link !== undefined && describeLink(link) !== describeLink(saved))
      return `${describeLink(link)}, was ${describeLink(saved)}`;
  }
  const [left] = listHidden(now, snapshot);
  if (left !== undefined) return `the address ${left} is left over`;
  const stack = findStackDifference(snapshot.links, live, host);
  if (stack !== undefined) return stack;
  const isDetailed = snapshot.isDetailed && now.isDetailed;
  const linesOf = (state: NetworkSnapshot): string[] => [
    ...(isDetailed ? state.routeLines : []),
    ...state.routes.filter((route) => route.family === 6 || !isDetailed).map(describeRoute),
  ];
  const [before, after] = [linesOf(snapshot), linesOf(now)];
  const lost = before.find((line) => !after.includes(line));
  if (lost !== undefined) return `the route ${lost} is lost`;
  const extra = after.find((line) => !before.includes(line));
  return extra === undefined ? undefined : `the route ${extra} is left over`;
}
