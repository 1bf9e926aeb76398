// The live network in a form that can be put back: read from the kernel's files, or by ip where something exists that they do not tell.

import type { Facts } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { isLinkLocal, parseAddress } from '../network/address.ts';
import { readAdvertisements } from './net-advertisements.ts';
import { readLocalAddresses } from './net-hidden-address.ts';
import { readMtu } from './net-link.ts';
import { readLiveRoutes } from './net-live-view.ts';
import { type LiveBond, type LiveVlan, readAttribute, readBond, readMaster, readVlan } from './net-sysfs.ts';

export type SavedAddress = {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
  /** Further words of `ip addr add` (broadcast, scope, label, …); undefined when the state was read without ip. */
  readonly details?: readonly string[];
};

export type SavedRoute = {
  readonly family: 4 | 6;
  readonly link: string;
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly metric: number;
};

export type SavedLink = {
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number | undefined;
  readonly addresses: readonly SavedAddress[];
  /** The bond or bridge that it is a member of. */
  readonly master?: string;
  readonly vlan?: LiveVlan;
  readonly bond?: LiveBond;
  /** Of VLANs, and of bonds whose address stays: a NIC gets its own back when it leaves its bond. Lower case. */
  readonly mac?: string;
  /** The switch accept_ra, where the kernel has IPv6. */
  readonly advertisements?: string;
};

export type NetworkSnapshot = {
  /** Whether addresses and IPv4 routes were read by ip, with all their attributes. */
  readonly isDetailed: boolean;
  readonly links: readonly SavedLink[];
  readonly routes: readonly SavedRoute[];
  /** Every IPv4 address of the machine, also one that `links` does not show. */
  readonly localAddresses: readonly string[];
  /** isDetailed: the IPv4 main table, one route a line, as `ip route add` takes it back. */
  readonly routeLines: readonly string[];
};

/** Whether there is an IPv4 address or a route that a change could take away with attributes that the kernel's files do not show. */
export function hasSomethingToLose(host: Host, { links, routes }: Pick<Facts, 'links' | 'routes'>): boolean {
  if (routes.length > 0 || links.some((link) => link.addresses.length > 0)) return true;
  return readLocalAddresses(host).length > 0;
}

/** Reads the state; `isDetailed` asks ip, and falls back to the files where ip is absent or cannot print JSON (busybox). */
export function readNetworkState(
  host: Host,
  isDetailed: boolean,
  { links, routes }: Pick<Facts, 'links' | 'routes'> = host.facts(),
): NetworkSnapshot {
  const byIp = isDetailed ? readByIp(host) : undefined;
  return {
    isDetailed: byIp !== undefined,
    links: links.map(({ name, up, addresses }) => ({
      ...{ name, up, mtu: readMtu(host, name) },
      addresses: byIp?.addresses.get(name) ?? (byIp === undefined ? addresses : []),
      ...readStack(host, name),
    })),
    routes: [
      ...routes.map((route) => ({ ...route, family: 4 as const })),
      ...readLiveRoutes(host, 6).map((route) => ({ ...route, family: 6 as const })),
    ],
    localAddresses: readLocalAddresses(host),
    routeLines: byIp?.routeLines ?? [],
  };
}

function readStack(host: Host, name: string): Pick<SavedLink, 'master' | 'vlan' | 'bond' | 'mac' | 'advertisements'> {
  const master = readMaster(host, name);
  const vlan = readVlan(host, name);
  const bond = readBond(host, name);
  // Told to follow its members, a bond changes its address by itself.
  const hasOwnMac = vlan !== undefined || (bond !== undefined && (bond.options.fail_over_mac ?? 'none') === 'none');
  const mac = hasOwnMac ? readAttribute(host, name, 'address')?.toLowerCase() : undefined;
  const advertisements = readAdvertisements(host, name);
  return {
    ...(advertisements === undefined ? {} : { advertisements }),
    ...(master === undefined ? {} : { master }),
    ...(vlan === undefined ? {} : { vlan }),
    ...(bond === undefined ? {} : { bond }),
    ...(mac === undefined ? {} : { mac }),
  };
}

function readByIp(host: Host): { addresses: Map<string, SavedAddress[]>; routeLines: string[] } | undefined {
  const ip = host.which('ip');
  if (ip === undefined) return undefined;
  // One that hangs must not take the time that the rest of the network needs.
  const addresses = host.run([ip, '-j', 'addr', 'show'], { timeoutMs: 5000 });
  const routes = host.run([ip, '-4', 'route', 'show', 'table', 'main'], { timeoutMs: 5000 });
  if (addresses.status !== 0 || routes.status !== 0) return undefined;
  try {
    return { addresses: parseIpAddresses(JSON.parse(addresses.stdout)), routeLines: parseRouteLines(routes.stdout) };
  } catch {
    return undefined;
  }
}

type IpAddressInfo = {
  readonly family?: string;
  readonly local?: string;
  readonly address?: string;
  readonly prefixlen?: number;
  readonly broadcast?: string;
  readonly scope?: string;
  readonly label?: string;
  readonly noprefixroute?: boolean;
  readonly metric?: number;
  readonly dynamic?: boolean;
  readonly mngtmpaddr?: boolean;
  readonly temporary?: boolean;
};

/** `ip -j addr show`: link-local and self-made IPv6 addresses are left out, they come back by themselves. */
function parseIpAddresses(json: unknown): Map<string, SavedAddress[]> {
  const links = new Map<string, SavedAddress[]>();
  for (const link of json as readonly { ifname?: string; addr_info?: readonly IpAddressInfo[] }[]) {
    if (link.ifname === undefined) continue;
    const saved = (link.addr_info ?? []).map(toSavedAddress).filter((entry) => entry !== undefined);
    links.set(link.ifname, saved);
  }
  return links;
}

function toSavedAddress(info: IpAddressInfo): SavedAddress | undefined {
  const parsed = parseAddress(info.local ?? '');
  if (parsed === undefined || info.prefixlen === undefined) return undefined;
  const isSelfMade = info.temporary === true || info.mngtmpaddr === true;
  if (parsed.family === 6 && (isLinkLocal(parsed) || isSelfMade)) return undefined;
  const details = [
    ...(info.address === undefined || info.address === info.local ? [] : ['peer', `${info.address}/${info.prefixlen}`]),
    ...(info.broadcast === undefined ? [] : ['broadcast', info.broadcast]),
    ...(info.scope === undefined ? [] : ['scope', info.scope]),
    ...(info.label === undefined || parsed.family === 6 ? [] : ['label', info.label]),
    ...(info.metric === undefined ? [] : ['metric', String(info.metric)]),
    ...(info.noprefixroute === true ? ['noprefixroute'] : []),
  ];
  return { family: parsed.family, address: info.local ?? '', prefixLength: info.prefixlen, details };
}

/** `ip -4 route show`, without the words that tell a state; the continuation lines of a multipath route are joined. */
function parseRouteLines(text: string): string[] {
  return text
    .replace(/\n\s+/g, ' ')
    .split('\n')
    .map((line) => line.replace(/ (?:linkdown|dead|offload|trap|notify)\b/g, '').trim())
    .filter((line) => line !== '');
}
