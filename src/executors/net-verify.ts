// After the last step of the network: is all of it there, and does it work? The kernel's files tell it of a healthy IPv4 network; what asks
// and waits is loaded where they do not.

import type { NetAddressAction, NetLinkAction, NetRouteAction, NetVerifyAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { LiveRoute } from '../core/facts.ts';
import { listTroubles, type NetworkCheck } from '../core/network-check.ts';
import type { Host } from '../host/host.ts';
import { parseIpv6Routes } from '../network/proc-tables.ts';
import type { Applied, Executor } from './executor.ts';
import { isPresent } from './net-address-state.ts';
import { readMtu } from './net-link.ts';
import { type Neighbour, nameNeighbour, recallProbe } from './net-probe-memory.ts';
import { isLiveRoute } from './net-route.ts';
import { readAttribute } from './net-sysfs.ts';
import type { Gateway } from './net-verify-gateways.ts';

export const netVerify: Executor<NetVerifyAction> = {
  inspect: () => ({ state: 'unknown', changes: [] }),
  apply: async (action, host, { failed }) => {
    // What could not be set has been told already.
    const wanted = action.wanted.filter(({ step }) => failed?.has(step) !== true).map((entry) => entry.action);
    const addresses = wanted.filter((entry) => entry.kind === 'netAddress');
    const routes = wanted.filter((entry) => entry.kind === 'netRoute');
    const detected = addresses.some(({ family }) => family === 6) ? await detectDuplicates(addresses, host) : [];
    const mtus = wanted.filter((entry) => entry.kind === 'netLink');
    const present = [...findPresent({ addresses, routes }, host), ...mtus.map((entry) => lookAtMtu(entry, host))];
    const gateways = await askGateways(routes, host, action.timeoutMs);
    refuseWorse(routes, gateways, host);
    const links = [...new Set(wanted.map(({ link }) => link))];
    return summarise([...detected, ...present, ...links.map((link) => lookAtCarrier(link, host)), ...gateways]);
  },
};

/** IPv6 addresses that nobody else has, and that may be used from now on. Throws AgentError 20 where another machine has one. */
async function detectDuplicates(addresses: readonly NetAddressAction[], host: Host): Promise<NetworkCheck[]> {
  const { awaitDetection } = await import('./net-verify-ipv6.ts');
  return awaitDetection(
    addresses.filter(({ family }) => family === 6),
    host,
  );
}

/** Throws AgentError 20 at the first that is not there: a command that succeeded has not done its work, or somebody undoes it. */
function findPresent(
  { addresses, routes }: { addresses: readonly NetAddressAction[]; routes: readonly NetRouteAction[] },
  host: Host,
): NetworkCheck[] {
  // What the steps before have seen does not count here.
  const fresh = host.facts();
  const facts = new Map(fresh.links.map((fact) => [fact.name, fact]));
  const live: Record<4 | 6, readonly LiveRoute[]> = {
    4: fresh.routes,
    6: routes.some(({ family }) => family === 6) ? parseIpv6Routes(host.readText('/proc/net/ipv6_route') ?? '') : [],
  };
  const refuse = (what: string, link: string): never => {
    throw new AgentError(exitCodes.networkRolledBack, `${what} is not there on ${link} although it was set`);
  };
  return [
    ...addresses.map((action): NetworkCheck => {
      const { link, address, prefixLength } = action;
      const subject = `${address}/${prefixLength}`;
      const fact = facts.get(link);
      if (fact === undefined || !isPresent(action, fact, host)) refuse(subject, link);
      return { link, what: 'address', subject, result: 'ok' };
    }),
    ...routes.map((action): NetworkCheck => {
      const subject = describeRoute(action);
      if (!live[action.family].some((route) => isLiveRoute(action, route))) refuse(`the route ${subject}`, action.link);
      return { link: action.link, what: 'route', subject, result: 'ok' };
    }),
  ];
}

function lookAtMtu({ link, mtu }: NetLinkAction, host: Host): NetworkCheck {
  if (readMtu(host, link) !== mtu)
    throw new AgentError(exitCodes.networkRolledBack, `the MTU ${mtu} is not there on ${link} although it was set`);
  return { link, what: 'mtu', subject: `mtu ${mtu}`, result: 'ok' };
}

function describeRoute({ prefixLength, destination, gateway, family }: NetRouteAction): string {
  const target = prefixLength > 0 ? `${destination}/${prefixLength}` : family === 4 ? 'default' : '::/0';
  return hasGateway({ gateway }) ? `${target} via ${gateway}` : target;
}

function hasGateway({ gateway }: Pick<NetRouteAction, 'gateway'>): boolean {
  return gateway !== '0.0.0.0' && gateway !== '::';
}

/** Who has answered before there was an address is not asked again. */
async function askGateways(routes: readonly NetRouteAction[], host: Host, timeoutMs: number): Promise<NetworkCheck[]> {
  const probe = recallProbe(host);
  const named = routes
    .filter(hasGateway)
    .map(({ link, gateway, prefixLength }) => ({ link, address: gateway, isDefault: prefixLength === 0 }))
    // The last of one name stays.
    .sort((a, b) => Number(a.isDefault) - Number(b.isDefault));
  const gateways = [...new Map(named.map((entry) => [nameNeighbour(entry), entry])).values()];
  const known = new Map(gateways.map((entry) => [entry, probe?.answers.get(nameNeighbour(entry))]));
  const open = gateways.filter((entry) => known.get(entry) === undefined);
  const asked = open.length === 0 ? [] : await askOpen(open, host, timeoutMs);
  const leftovers = probe?.leftovers ?? [];
  if (leftovers.length > 0) (await import('./net-segment.ts')).forgetSilent(host, leftovers);
  return [...[...known].flatMap(([entry, mac]) => (mac === undefined ? [] : [describeAnswer(entry, mac)])), ...asked];
}

async function askOpen(open: readonly Gateway[], host: Host, timeoutMs: number): Promise<NetworkCheck[]> {
  const { awaitGateways } = await import('./net-verify-gateways.ts');
  return awaitGateways(open, host, timeoutMs);
}

function describeAnswer({ link, address }: Neighbour, mac: string): NetworkCheck {
  return { link, what: 'gateway', subject: address, result: 'ok', detail: mac };
}

/**
 * A guest that reached a gateway before this run and reaches none of the new ones was better off: AgentError 20. Where nothing worked
 * before there is nothing to go back to.
 */
function refuseWorse(routes: readonly NetRouteAction[], checks: readonly NetworkCheck[], host: Host): void {
  for (const family of [4, 6] as const) {
    const before = recallProbe(host)?.workingBefore.find(({ address }) => address.includes(':') === (family === 6));
    const ours = routes.filter((route) => route.family === family && route.prefixLength === 0 && hasGateway(route));
    const found = ours.map(({ link, gateway }) =>
      checks.find((check) => check.link === link && check.subject === gateway),
    );
    const [first] = ours;
    // Nobody can say that a gateway is silent that could not be asked; one without carrier is.
    const isLost = found.every(
      (check) => check?.result === 'trouble' || (check !== undefined && !hasCarrier(host, check.link)),
    );
    if (before === undefined || first === undefined || !isLost) continue;
    const now = `gateway ${first.gateway} does not answer on ${first.link}`;
    throw new AgentError(
      exitCodes.networkRolledBack,
      before.address === first.gateway ? `${now} any more` : `${now}, and ${before.address} did before`,
    );
  }
}

function hasCarrier(host: Host, link: string): boolean {
  return readAttribute(host, link, 'carrier') !== '0';
}

function lookAtCarrier(link: string, host: Host): NetworkCheck {
  return { link, what: 'carrier', result: hasCarrier(host, link) ? 'ok' : 'trouble' };
}

function summarise(checks: readonly NetworkCheck[]): Applied {
  const unasked = checks.find(({ what, result }) => what === 'gateway' && result === 'unknown')?.detail;
  const words = [...listTroubles(checks), ...(unasked === undefined ? [] : [`not asked: ${unasked}`])];
  return { checks, ...(words.length === 0 ? {} : { message: words.join('; ') }) };
}
