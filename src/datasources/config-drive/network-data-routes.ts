// routes[] of a network of network_data.json, and the `gateway` that some vendors write on the network itself.

import type { RouteConfig } from '../../core/network-config.ts';
import {
  addressBits,
  formatAddress,
  type IpAddress,
  isHostAddress,
  isRoutedByKernel,
  isUnspecified,
  networkOf,
  parseAddress,
  parseMask,
  splitPrefix,
} from '../../network/address.ts';
import { readServers } from './network-data-dns.ts';
import {
  type Fields,
  fieldOf,
  type KeyPath,
  originOf,
  type Reading,
  readInteger,
  readLimitedMaps,
  readText,
  report,
} from './network-data-fields.ts';
import { readMask } from './network-data-mask.ts';

/** `own` is the address of the network, `dns` collects the name servers that routes carry. */
export type RouteContext = { readonly family: 4 | 6; readonly own?: IpAddress; readonly dns: string[] };

/** The usable routes of a network, one for each destination and metric. */
export function readRoutes(reading: Reading, fields: Fields, path: KeyPath, context: RouteContext): RouteConfig[] {
  const routes = new Map<string, RouteConfig>();
  for (const entry of readLimitedMaps(reading, fields, 'routes', path)) {
    for (const server of readServers(reading, entry.fields, entry.path)) context.dns.push(server);
    const route = readRoute(reading, entry.fields, entry.path, context);
    if (route === undefined) continue;
    const twin = routes.get(spellTarget(route));
    if (twin === undefined) routes.set(spellTarget(route), route);
    else if (twin.gateway !== route.gateway) {
      report(
        reading,
        entry.path,
        'warning',
        'conflict',
        'an earlier route of this network has the same destination; it counts',
      );
    }
  }
  const gateway = readVendorGateway(reading, fields, path, context);
  if (gateway === undefined) return [...routes.values()];
  const twin = routes.get(spellTarget(gateway));
  if (twin === undefined) routes.set(spellTarget(gateway), gateway);
  else if (twin.gateway !== gateway.gateway) {
    report(reading, [...path, 'gateway'], 'warning', 'conflict', 'routes give another default gateway; routes count');
  }
  return [...routes.values()];
}

/** The same for routes that take each other's place; the destination says the family. */
function spellTarget({ destination, prefixLength, metric }: RouteConfig): string {
  return `${destination}/${prefixLength} ${metric}`;
}

/** The `gateway` of a network itself, which some vendors write instead of a default route. */
function readVendorGateway(
  reading: Reading,
  fields: Fields,
  path: KeyPath,
  context: RouteContext,
): RouteConfig | undefined {
  if (readText(reading, fields, 'gateway', path) === undefined) return undefined;
  const gateway = readGateway(reading, fields, path, context);
  if (gateway === undefined || isUnspecified(gateway)) return undefined;
  const destination = formatAddress({ family: context.family, value: 0n });
  return {
    family: context.family,
    destination,
    prefixLength: 0,
    gateway: formatAddress(gateway),
    ...readMetric(reading, fields, path),
    origin: originOf(reading, [...path, 'gateway']),
  };
}

function readMetric(reading: Reading, fields: Fields, path: KeyPath): { metric?: number } {
  // The kernel takes twice as much, and shows what is above as negative in /proc/net/route.
  const range = { least: 0, most: 2_147_483_647, expected: 'a metric from 0 to 2147483647' };
  const metric = readInteger(reading, fields, 'metric', path, range);
  return metric === undefined ? {} : { metric };
}

function readRoute(reading: Reading, fields: Fields, path: KeyPath, context: RouteContext): RouteConfig | undefined {
  const at = fieldOf(fields, 'network') === undefined ? 'destination' : 'network';
  const text = readText(reading, fields, at, path);
  if (text === undefined) {
    report(reading, path, 'error', 'missing', 'expected network, the destination of the route, found nothing');
    return undefined;
  }
  const [bare, length] = splitPrefix(text);
  const target = parseAddress(bare);
  if (target?.family !== context.family) {
    report(
      reading,
      [...path, at],
      'error',
      'value',
      `expected an IPv${context.family} network, found ${target === undefined ? 'another string' : 'one of the other family'}`,
    );
    return undefined;
  }
  const mask = readRouteMask(reading, fields, { path, at, length, target });
  if (mask === undefined) return undefined;
  const network = networkOf(target, mask);
  if (network.value !== target.value) {
    report(reading, [...path, at], 'warning', 'value', 'the destination has host bits set; its network is meant');
  }
  if (isRoutedByKernel(network)) {
    const message = 'expected a network that can be routed to, found a link-local or multicast one';
    report(reading, [...path, at], 'error', 'value', message);
    return undefined;
  }
  const gateway = readGateway(reading, fields, path, context);
  if (gateway === undefined) return undefined;
  if (isUnspecified(gateway) && mask === 0) {
    report(reading, path, 'warning', 'value', 'a default route without a gateway; it is left out');
    return undefined;
  }
  return {
    family: context.family,
    destination: formatAddress(network),
    prefixLength: mask,
    gateway: formatAddress(gateway),
    ...readMetric(reading, fields, path),
    origin: originOf(reading, path),
  };
}

/** netmask counts before the length in `network`; a length that is none is named in any case. */
function readRouteMask(
  reading: Reading,
  fields: Fields,
  said: { path: KeyPath; at: string; length: string | undefined; target: IpAddress },
): number | undefined {
  const { path, at, length, target } = said;
  const { family } = target;
  const fromLength = length === undefined ? undefined : parseMask(length, family);
  if (length !== undefined && fromLength === undefined) {
    const message = `expected a prefix length from 0 to ${addressBits(family)} after the slash`;
    report(reading, [...path, at], 'error', 'value', message);
  }
  const netmask = fieldOf(fields, 'netmask');
  if (netmask !== undefined && netmask !== '') return readMask(reading, fields, path, family);
  if (length !== undefined) return fromLength;
  if (isUnspecified(target)) return 0;
  report(reading, path, 'error', 'missing', 'expected netmask, found nothing usable');
  return undefined;
}

/** `0.0.0.0` and `::` stand for "on the link itself". */
function readGateway(reading: Reading, fields: Fields, path: KeyPath, context: RouteContext): IpAddress | undefined {
  const text = readText(reading, fields, 'gateway', path);
  if (text === undefined) {
    report(reading, path, 'error', 'missing', 'expected gateway, an address, found nothing');
    return undefined;
  }
  const gateway = parseAddress(text);
  const problem =
    gateway === undefined
      ? 'another string'
      : gateway.family !== context.family
        ? 'one of the other family'
        : gateway.value === context.own?.value
          ? 'the address of the guest itself'
          : !isHostAddress(gateway) && !isUnspecified(gateway)
            ? 'an address that no router can have'
            : undefined;
  if (problem === undefined) return gateway;
  report(
    reading,
    [...path, 'gateway'],
    'error',
    'value',
    `expected the IPv${context.family} address of a router, found ${problem}`,
  );
  return undefined;
}
