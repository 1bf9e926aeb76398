// What a guest's network is and what it should be, in one form: links, addresses, routes, MTU, bonds and VLANs, told apart by text.

import type { ResolvedLink, ResolvedNetwork } from '../../src/core/resolved-network.ts';
import { formatAddress, parseAddress } from '../../src/network/address.ts';

export type LinkNetworkState = {
  readonly up: boolean;
  /** Bytes. */
  readonly mtu: number;
  /** `address/length`, sorted. Live: without what is dynamic (leases, router advertisements). */
  readonly addresses: readonly string[];
  /** `10.8.0.0/16 via 10.0.0.2 metric 7`, sorted. Live: without those of the kernel, of leases and of router advertisements. */
  readonly routes: readonly string[];
  /** Lower case; only where it is set rather than the hardware's own: bond and VLAN. */
  readonly mac?: string;
  /** Name of the bond that the link is a member of. */
  readonly master?: string;
  readonly vlan?: { readonly parent: string; readonly id: number };
  /** `options` by their names in sysfs. */
  readonly bond?: { readonly mode: string; readonly options: Readonly<Record<string, string>> };
  /** Families that also take addresses and routes from elsewhere: routes beside the expected ones are no difference. */
  readonly automatic?: readonly (4 | 6)[];
};

/** By link name. */
export type NetworkState = Readonly<Record<string, LinkNetworkState>>;

/** Runs a command in the guest and gives its standard output; throws when it fails. */
export type RunInGuest = (argv: readonly string[]) => string | Promise<string>;

type Route = {
  readonly family: 4 | 6;
  readonly destination: string;
  readonly gateway?: string;
  readonly metric?: number;
};

/**
 * The state that `network` asks for. Links that nothing is asked of (no address, nothing automatic, below nothing) are left out. An
 * MTU that the model does not say is the kernel's: that of the VLAN's parent or of the member's bond, else 1500.
 */
export function expectedState(network: ResolvedNetwork): NetworkState {
  const state: Record<string, LinkNetworkState> = {};
  for (const link of network.links) if (isUsed(link, network)) state[link.name] = expectLink(link, network);
  return state;
}

function isUsed(link: ResolvedLink, network: ResolvedNetwork): boolean {
  if (link.memberOf !== undefined || link.addresses.length > 0 || link.routes.length > 0) return true;
  if (link.automatic.dhcp4 === true || link.automatic.ipv6 !== undefined) return true;
  return (
    network.links.some(({ name, vlan }) => vlan?.parent === link.name && name !== link.name) || link.kind !== 'physical'
  );
}

function expectLink(link: ResolvedLink, network: ResolvedNetwork): LinkNetworkState {
  const { automatic } = link;
  const families: (4 | 6)[] = [...(automatic.dhcp4 ? ([4] as const) : []), ...(automatic.ipv6 ? ([6] as const) : [])];
  const routes = link.routes.map(({ family, destination, prefixLength, gateway, metric }) => ({
    family,
    destination: `${destination}/${prefixLength}`,
    ...(gateway === undefined ? {} : { gateway }),
    ...(metric === undefined ? {} : { metric }),
  }));
  return {
    up: true,
    mtu: expectMtu(link, network),
    addresses: link.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).sort(),
    routes: formatRoutes(routes),
    ...(link.kind !== 'physical' && link.mac !== undefined ? { mac: link.mac } : {}),
    ...(link.memberOf === undefined ? {} : { master: link.memberOf }),
    ...(link.vlan === undefined ? {} : { vlan: { parent: link.vlan.parent, id: link.vlan.id } }),
    ...(link.bond === undefined ? {} : { bond: { mode: link.bond.mode, options: link.bond.options } }),
    ...(families.length === 0 ? {} : { automatic: families }),
  };
}

function expectMtu(link: ResolvedLink, network: ResolvedNetwork): number {
  if (link.mtu !== undefined) return link.mtu;
  const above = link.vlan?.parent ?? link.memberOf;
  const other = network.links.find(({ name }) => name === above);
  return other === undefined ? 1500 : expectMtu(other, network);
}

type RawLink = {
  ifname: string;
  address?: string;
  mtu: number;
  flags: string[];
  master?: string;
  link?: string;
  linkinfo?: { info_kind?: string; info_data?: Record<string, unknown> };
  addr_info?: { local?: string; prefixlen: number; dynamic?: boolean; dadfailed?: boolean }[];
};

type RawRoute = {
  dst: string;
  gateway?: string;
  via?: { host: string };
  dev?: string;
  metric?: number;
  protocol?: string;
  nexthops?: { gateway?: string; dev: string }[];
};

/**
 * The state that the guest is in, as iproute2 tells it. Links that are down and have no address are left out, and so is the loopback.
 * An address whose duplicate detection failed bears the word `dadfailed`. Only the main routing table counts.
 */
export async function readLiveState(run: RunInGuest): Promise<NetworkState> {
  const links = parseJson<RawLink>(await run(['ip', '-d', '-j', 'addr', 'show']));
  const routes = new Map<string, Route[]>();
  for (const family of [4, 6] as const) {
    const argv = ['ip', '-j', `-${family}`, 'route', 'show', 'table', 'main'];
    for (const raw of parseJson<RawRoute>(await run(argv))) collectRoute(raw, family, routes);
  }
  const state: Record<string, LinkNetworkState> = {};
  for (const raw of links) {
    const link = readLink(raw, routes.get(raw.ifname) ?? []);
    if (raw.ifname !== 'lo' && (link.up || link.addresses.length > 0)) state[raw.ifname] = link;
  }
  return state;
}

/** An empty list is no text at all with some versions of ip. */
function parseJson<T>(text: string): T[] {
  return text.trim() === '' ? [] : (JSON.parse(text) as T[]);
}

function readLink(raw: RawLink, routes: readonly Route[]): LinkNetworkState {
  const kind = raw.linkinfo?.info_kind;
  const data = raw.linkinfo?.info_data ?? {};
  const addresses = (raw.addr_info ?? []).flatMap(({ local, prefixlen, dynamic, dadfailed }) => {
    if (local === undefined || dynamic === true) return [];
    return [`${canonical(local)}/${prefixlen}${dadfailed ? ' dadfailed' : ''}`];
  });
  return {
    up: raw.flags.includes('UP'),
    mtu: raw.mtu,
    addresses: addresses.sort(),
    routes: formatRoutes(routes),
    ...(raw.address === undefined ? {} : { mac: raw.address }),
    ...(raw.master === undefined ? {} : { master: raw.master }),
    ...(kind === 'vlan' ? { vlan: { parent: raw.link ?? '', id: Number(data.id) } } : {}),
    ...(kind === 'bond' ? { bond: { mode: String(data.mode), options: readBondOptions(data) } } : {}),
  };
}

/** Options that iproute2 calls otherwise than sysfs does. */
const bondNames: Readonly<Record<string, string>> = {
  ad_lacp_rate: 'lacp_rate',
  ad_lacp_active: 'lacp_active',
  num_peer_notif: 'num_grat_arp',
  peer_notify_delay: 'peer_notif_delay',
};

function readBondOptions(data: Readonly<Record<string, unknown>>): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [name, value] of Object.entries(data)) {
    const text = Array.isArray(value) ? value.join(',') : value === null ? '' : String(value);
    options[bondNames[name] ?? name] = text;
    if (name === 'num_peer_notif') options.num_unsol_na = text;
  }
  return options;
}

/** Whose routes are not the configuration's: connected subnets, leases, router advertisements, redirects. */
const foreignProtocols = ['kernel', 'dhcp', 'ra', 'redirect'];

function collectRoute(raw: RawRoute, family: 4 | 6, routes: Map<string, Route[]>): void {
  if (foreignProtocols.includes(raw.protocol ?? '')) return;
  const [host = '', length = family === 4 ? '32' : '128'] = raw.dst.split('/');
  const isDefault = raw.dst === 'default';
  const destination = isDefault ? (family === 4 ? '0.0.0.0/0' : '::/0') : `${canonical(host)}/${length}`;
  const hops = raw.nexthops ?? [{ dev: raw.dev ?? '', gateway: raw.gateway ?? raw.via?.host }];
  for (const { dev, gateway } of hops) {
    const route: Route = {
      ...{ family, destination },
      ...(gateway === undefined ? {} : { gateway: canonical(gateway) }),
      ...(raw.metric === undefined ? {} : { metric: raw.metric }),
    };
    routes.set(dev, [...(routes.get(dev) ?? []), route]);
  }
}

/** iproute2's inet_ntop writes IPv4-mapped addresses otherwise than RFC 5952 asks of us. */
function canonical(text: string): string {
  const parsed = parseAddress(text);
  return parsed === undefined ? text : formatAddress(parsed);
}

/** What the kernel makes of a route without metric: 0 in IPv4, 1024 (IP6_RT_PRIO_USER) in IPv6, where 0 means the same. */
function isUsualMetric(family: 4 | 6, metric: number): boolean {
  return metric === 0 || (family === 6 && metric === 1024);
}

/**
 * One line a route. Left out is the way to a gateway that another route uses: a host route to the link is one way of saying that the
 * gateway is on the link, and the flag `onlink` is the other.
 */
function formatRoutes(routes: readonly Route[]): string[] {
  const gateways = new Set(routes.map(({ gateway }) => gateway));
  const lines = routes.flatMap(({ family, destination, gateway, metric }) => {
    const [host = '', length = ''] = destination.split('/');
    const isHost = length === (family === 4 ? '32' : '128');
    if (gateway === undefined && isHost && gateways.has(host)) return [];
    const via = gateway === undefined ? '' : ` via ${gateway}`;
    return [`${destination}${via}${metric === undefined || isUsualMetric(family, metric) ? '' : ` metric ${metric}`}`];
  });
  return lines.sort();
}

/**
 * One sentence for each thing that is otherwise than expected; empty when the guest's network is what it should be. Bond options that
 * nothing is expected of may have any value.
 */
export function compareStates(expected: NetworkState, live: NetworkState): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(live)])];
  return names.flatMap((name) => {
    const wanted = expected[name];
    const found = live[name];
    if (wanted === undefined) return [`${name}: up or with addresses, and nothing is asked of it`];
    if (found === undefined) return [`${name}: absent, or down and without addresses`];
    return compareLinks(wanted, found).map((sentence) => `${name}: ${sentence}`);
  });
}

function compareLinks(wanted: LinkNetworkState, found: LinkNetworkState): string[] {
  const facts: [string, unknown, unknown][] = [
    ['up', wanted.up, found.up],
    ['MTU', wanted.mtu, found.mtu],
    ['master', wanted.master, found.master],
    ['VLAN', wanted.vlan, found.vlan],
    ['bond mode', wanted.bond?.mode, found.bond?.mode],
    ...(wanted.mac === undefined ? [] : [['MAC', wanted.mac, found.mac] as [string, unknown, unknown]]),
    ...Object.entries(wanted.bond?.options ?? {}).map(([option, value]): [string, unknown, unknown] => [
      `bond ${option}`,
      value,
      found.bond?.options[option],
    ]),
  ];
  // Each link gives itself an address of fe80::/10, or several.
  const isFree = (line: string): boolean =>
    line.startsWith('fe80:') || (wanted.automatic?.includes(line.includes(':') ? 6 : 4) ?? false);
  return [
    ...facts.flatMap(([what, want, is]) => {
      const [a, b] = [JSON.stringify(want), JSON.stringify(is)];
      return a === b ? [] : [`${what} is ${b}, expected ${a}`];
    }),
    ...compareLists('address', wanted.addresses, found.addresses, isFree),
    ...compareLists('route', wanted.routes, found.routes, isFree),
  ];
}

function compareLists(
  what: string,
  wanted: readonly string[],
  found: readonly string[],
  isFree: (line: string) => boolean,
): string[] {
  const count = (list: readonly string[], line: string): number => list.filter((other) => other === line).length;
  return [...new Set([...wanted, ...found])].flatMap((line) => {
    const [want, is] = [count(wanted, line), count(found, line)];
    if (is < want) return [`${what} ${line} is missing`];
    if (is > want && !isFree(line)) return [`${what} ${line} is there ${want === 0 ? 'unasked' : 'twice'}`];
    return [];
  });
}
