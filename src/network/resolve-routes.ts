// The routes of a link as the kernel takes them: each destination once for each metric, through gateways that are not the guest itself.

import type { AddressConfig, RouteConfig } from '../core/network-config.ts';
import type { ResolvedLink, ResolvedRoute } from '../core/resolved-network.ts';
import {
  formatAddress,
  type IpAddress,
  indexNetworks,
  isLinkLocal,
  isUnspecified,
  networkOf,
  parseAddress,
} from './address.ts';
import type { Note } from './resolve-links.ts';

/** What the guest has itself: its addresses, and its subnets with the name of their link. */
export type OwnAddresses = {
  readonly addresses: ReadonlySet<string>;
  /** By `10.0.0.0/24`. */
  readonly subnets: ReadonlyMap<string, string>;
};

type Addresses = Pick<ResolvedLink, 'name' | 'addresses'>;

/** Of all links together. */
export function collectOwn(links: readonly Addresses[]): OwnAddresses {
  const addresses = new Set<string>();
  const subnets = new Map<string, string>();
  for (const link of links) {
    for (const { address } of link.addresses) addresses.add(address);
    for (const subnet of listSubnets(link)) if (!subnets.has(subnet)) subnets.set(subnet, link.name);
  }
  return { addresses, subnets };
}

function listSubnets({ addresses }: Addresses): string[] {
  return addresses.flatMap(({ address, prefixLength }) => {
    const parsed = parseAddress(address);
    return parsed === undefined ? [] : [spellSubnet(parsed, prefixLength)];
  });
}

function spellSubnet(address: IpAddress, prefixLength: number): string {
  return `${formatAddress(networkOf(address, prefixLength))}/${prefixLength}`;
}

/**
 * Answers whether a gateway is in no subnet of the link that is known: what DHCP and router advertisements bring is not, and may come after
 * the route. An IPv6 router is usually named by its link-local address, which every link holds.
 */
export function findOffLink(link: Addresses): (gateway: IpAddress) => boolean {
  const findHolder = indexNetworks(link.addresses);
  return (gateway) => !(gateway.family === 6 && isLinkLocal(gateway)) && findHolder(gateway) < 0;
}

/** Routes of the networks `entries` of one link. Those that the kernel would refuse are named by `note`. */
export function resolveRoutes(
  link: Addresses,
  { entries, own, note }: { entries: readonly AddressConfig[]; own: OwnAddresses; note: Note },
): ResolvedRoute[] {
  const isOffLink = findOffLink(link);
  const routes = new Map<string, ResolvedRoute>();
  for (const { method, family, routes: given } of entries) {
    const isAdvertised = family === 6 && method !== 'static';
    for (const item of given) {
      if (isAdvertised && item.prefixLength === 0) {
        const message = `${link.name}: the default route comes by router advertisement; this one is left out`;
        note('note', 'conflict', item.origin, message);
        continue;
      }
      const route = resolveRoute(item, isOffLink);
      const problem = route === undefined ? undefined : findProblem(link, { route, own });
      if (problem !== undefined) note('error', 'conflict', item.origin, `${link.name}: ${problem}; left out`);
      else if (route !== undefined && !isConnected(route, own)) routes.set(spellRoute(route), route);
    }
  }
  return [...routes.values()];
}

/** A route as the model has it; undefined when its parts are no addresses. */
export function resolveRoute(
  given: RouteConfig & { readonly guess?: string },
  isOffLink: (gateway: IpAddress) => boolean,
): ResolvedRoute | undefined {
  const { family, prefixLength, metric, origin, guess } = given;
  const destination = parseAddress(given.destination);
  const gateway = parseAddress(given.gateway);
  if (destination === undefined || gateway === undefined) return undefined;
  const isDirect = isUnspecified(gateway);
  return {
    ...{ family, destination: formatAddress(networkOf(destination, prefixLength)), prefixLength },
    ...(isDirect ? {} : { gateway: formatAddress(gateway) }),
    // 0 is the kernel's word for its own choice: nothing in IPv4, 1024 in IPv6.
    ...(metric === undefined || metric === 0 ? {} : { metric }),
    ...(!isDirect && isOffLink(gateway) ? { onLink: true as const } : {}),
    ...(guess === undefined ? {} : { guess }),
    origin,
  };
}

function findProblem(
  { name }: Addresses,
  { route, own }: { route: ResolvedRoute; own: OwnAddresses },
): string | undefined {
  const { destination, prefixLength, gateway, metric } = route;
  if (gateway !== undefined && own.addresses.has(gateway)) return `the gateway ${gateway} is the guest itself`;
  const subnet = `${destination}/${prefixLength}`;
  const holder = own.subnets.get(subnet);
  const isDouble = holder !== undefined && metric === undefined && (gateway !== undefined || holder !== name);
  return isDouble ? `${subnet} is the subnet of ${holder}, which has a route to it already` : undefined;
}

/** What the kernel adds with the address. */
function isConnected(
  { destination, prefixLength, gateway, metric }: ResolvedRoute,
  { subnets }: OwnAddresses,
): boolean {
  return gateway === undefined && metric === undefined && subnets.has(`${destination}/${prefixLength}`);
}

function spellRoute({ destination, prefixLength, gateway, metric }: ResolvedRoute): string {
  return `${destination}/${prefixLength} ${gateway} ${metric}`;
}

/** What an IPv6 route without a metric gets from the kernel, and more than what any network service gives by itself. */
const usualMetric = 1024;

/**
 * The links with routes that all have their place: the kernel takes one route for each destination and metric. The first keeps its metric,
 * each further one comes behind it with the next free metric, so that it serves what is bound to its link.
 */
export function settleMetrics(links: readonly ResolvedLink[], note: Note): ResolvedLink[] {
  const places = new Map<string, string>();
  const findFree = trackFreeMetrics((place) => places.has(place));
  return links.map((link) => ({
    ...link,
    routes: link.routes.map((route) => {
      const target = `${route.destination}/${route.prefixLength}`;
      const wanted = route.metric ?? (route.family === 4 ? 0 : usualMetric);
      const first = places.get(placeOf(target, wanted));
      if (first === undefined) {
        places.set(placeOf(target, wanted), link.name);
        return route;
      }
      const metric = findFree(target, (route.metric ?? usualMetric) + 1);
      places.set(placeOf(target, metric), link.name);
      const what = route.prefixLength === 0 ? 'default route' : `route to ${target}`;
      const message = `${link.name}: its ${what} comes behind the one of ${first}, with metric ${metric}`;
      note('note', 'conflict', route.origin, message);
      return { ...route, metric };
    }),
  }));
}

function placeOf(target: string, metric: number): string {
  return `${target} ${metric}`;
}

/** Finds the least metric from a given one on that is free for a target; what was once found taken is leapt over the next time. */
function trackFreeMetrics(isTaken: (place: string) => boolean): (target: string, from: number) => number {
  const leaps = new Map<string, number>();
  return (target, from) => {
    const passed: string[] = [];
    let metric = from;
    for (let place = placeOf(target, metric); isTaken(place); place = placeOf(target, metric)) {
      passed.push(place);
      metric = leaps.get(place) ?? metric + 1;
    }
    for (const place of passed) leaps.set(place, metric);
    return metric;
  };
}
