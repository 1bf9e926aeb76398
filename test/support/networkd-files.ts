// Reads .network and .netdev files as systemd.network(5) and systemd.netdev(5) say, in the form of network-state.ts. Knows nothing of
// how they were written: what it does not understand it refuses, so that nothing goes unread.

import { basename } from 'node:path';
import { isInNetwork, isLinkLocal, parseAddress } from '../../src/network/address.ts';
import type { LinkNetworkState, NetworkState } from './network-state.ts';

export type NetworkdReading = {
  /** Of the links that a file matches. */
  readonly state: NetworkState;
  /** By link name. */
  readonly links: Readonly<Record<string, NetworkdLink>>;
};

export type NetworkdLink = {
  /** Base name of the .network file that has the link. */
  readonly file: string;
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  /** Undefined: networkd's default, which takes advertisements. */
  readonly acceptsAdvertisements: boolean | undefined;
  readonly isRequiredForOnline: boolean;
  /** Destinations of routes whose gateway the kernel would refuse. */
  readonly unreachable: readonly string[];
};

/** Values of a key in the order of the file; sections of one title are apart. */
type Section = { readonly title: string; readonly values: ReadonlyMap<string, readonly string[]> };
type Device = { readonly name: string; readonly network: readonly Section[]; readonly file: string };

/** Keys that the files may hold and that say nothing of addresses, routes and the like. */
const silent: Readonly<Record<string, readonly string[]>> = {
  Network: ['ConfigureWithoutCarrier', 'IgnoreCarrierLoss', 'LinkLocalAddressing', 'VLAN'],
  DHCP: ['RouteMetric', 'UseDomains', 'UseMTU'],
  Link: ['MACAddress'],
};

/**
 * `files` by path; `nics` are the names of the physical links, `macs` their permanent addresses by name, where files may ask for one.
 * Throws at what it does not understand.
 */
export function readNetworkdFiles(
  files: ReadonlyMap<string, string>,
  nics: readonly string[],
  macs: ReadonlyMap<string, string> = new Map(),
): NetworkdReading {
  const sorted = [...files].sort(([a], [b]) => (basename(a) < basename(b) ? -1 : 1));
  const parsed = sorted.map(([path, text]) => ({ path, sections: parseSections(text, path) }));
  const netdevs = new Map(
    parsed
      .filter(({ path }) => path.endsWith('.netdev'))
      .map(({ sections }) => [one(sections, 'NetDev', 'Name') ?? '', sections]),
  );
  const devices = [...nics, ...netdevs.keys()].flatMap((name): Device[] => {
    const found = parsed.find(({ path, sections }) => path.endsWith('.network') && matches(sections, name, macs));
    return found === undefined ? [] : [{ name, network: found.sections, file: basename(found.path) }];
  });
  const mtuOf = (name: string): number => {
    const device = devices.find((other) => other.name === name);
    const netdev = netdevs.get(name) ?? [];
    const own = one(device?.network ?? [], 'Link', 'MTUBytes') ?? one(netdev, 'NetDev', 'MTUBytes');
    if (own !== undefined) return Number(own);
    const master = one(device?.network ?? [], 'Network', 'Bond');
    const parent = devices.find(({ network }) => all(network, 'Network', 'VLAN').includes(name))?.name;
    return master === undefined && parent === undefined ? 1500 : mtuOf(master ?? parent ?? '');
  };
  const state: Record<string, LinkNetworkState> = {};
  const links: Record<string, NetworkdLink> = {};
  for (const device of devices) {
    const { name, network, file } = device;
    refuseUnknown(network, file);
    const dhcp = one(network, 'Network', 'DHCP') ?? 'no';
    const dhcp4 = ['yes', 'ipv4'].includes(dhcp);
    const dhcp6 = ['yes', 'ipv6'].includes(dhcp);
    const advertisements = one(network, 'Network', 'IPv6AcceptRA');
    const addresses = [...all(network, 'Network', 'Address'), ...all(network, 'Address', 'Address')];
    const routes = network.filter(({ title }) => title === 'Route').map((section) => readRoute(section, addresses));
    const gateways = all(network, 'Network', 'Gateway').map((gateway) => readGateway(gateway, addresses));
    routes.push(...gateways);
    const automatic: (4 | 6)[] = [
      ...(dhcp4 ? [4 as const] : []),
      ...(dhcp6 || isYes(advertisements) ? [6 as const] : []),
    ];
    state[name] = {
      ...{
        up: true,
        mtu: mtuOf(name),
        addresses: [...addresses].sort(),
        routes: routes.map(({ line }) => line).sort(),
      },
      ...readStack(device, devices, netdevs.get(name)),
      ...(automatic.length === 0 ? {} : { automatic }),
    };
    links[name] = {
      ...{ file, dhcp4, dhcp6, dns: listWords(network, 'DNS'), search: listWords(network, 'Domains') },
      acceptsAdvertisements: advertisements === undefined ? undefined : isYes(advertisements),
      isRequiredForOnline: one(network, 'Link', 'RequiredForOnline') !== 'no',
      unreachable: routes.filter(({ isReachable }) => !isReachable).map(({ line }) => line),
    };
  }
  return { state, links };
}

function parseSections(text: string, path: string): Section[] {
  const sections: { title: string; values: Map<string, string[]> }[] = [];
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue;
    const title = /^\[(\w+)\]$/.exec(line)?.[1];
    const [key = '', ...rest] = line.split('=');
    const values = sections.at(-1)?.values;
    if (title !== undefined) sections.push({ title, values: new Map() });
    else if (rest.length === 0 || values === undefined) throw new Error(`${path}: not understood: ${line}`);
    else values.set(key, [...(values.get(key) ?? []), rest.join('=')]);
  }
  return sections;
}

function all(sections: readonly Section[], title: string, key: string): readonly string[] {
  return sections.filter((section) => section.title === title).flatMap(({ values }) => values.get(key) ?? []);
}

function one(sections: readonly Section[], title: string, key: string): string | undefined {
  const values = all(sections, title, key);
  if (values.length > 1) throw new Error(`[${title}] ${key}= is there ${values.length} times`);
  return values[0];
}

function isYes(value: string | undefined): boolean {
  return value !== undefined && ['yes', 'true', '1', 'on'].includes(value.toLowerCase());
}

/** Of a key of [Network] that takes several values in a line. */
function listWords(sections: readonly Section[], key: string): string[] {
  return all(sections, 'Network', key).flatMap((value) => value.split(' ').filter((word) => word !== ''));
}

/** All conditions hold. */
function matches(sections: readonly Section[], name: string, macs: ReadonlyMap<string, string>): boolean {
  const match = sections.find(({ title }) => title === 'Match');
  if (match === undefined) throw new Error('a .network file without [Match]');
  return [...match.values].every(([key, values]) => {
    if (key === 'PermanentMACAddress' || key === 'MACAddress')
      return values.some((value) => value.toLowerCase() === macs.get(name));
    if (key !== 'Name') throw new Error(`[Match] ${key}= not understood`);
    return values.some((value) => value.split(' ').some((glob) => globToPattern(glob).test(name)));
  });
}

function globToPattern(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .replace(/[.+^$()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
}

const known: Readonly<Record<string, readonly string[]>> = {
  Address: ['Address'],
  Match: ['MACAddress', 'Name', 'PermanentMACAddress'],
  Link: ['MTUBytes', 'RequiredForOnline'],
  Network: ['Address', 'Bond', 'DHCP', 'DNS', 'Domains', 'Gateway', 'IPv6AcceptRA', 'PrimarySlave'],
  Route: ['Destination', 'Gateway', 'GatewayOnLink', 'Metric', 'Scope'],
  DHCP: [],
  IPoIB: ['Mode'],
};

function refuseUnknown(sections: readonly Section[], file: string): void {
  for (const { title, values } of sections) {
    for (const key of values.keys()) {
      const isKnown = known[title]?.includes(key) || silent[title]?.includes(key);
      if (!isKnown) throw new Error(`${file}: [${title}] ${key}= not understood`);
    }
  }
}

/** A default route. */
function readGateway(gateway: string, addresses: readonly string[]): ReturnType<typeof readRoute> {
  return readRoute({ title: 'Route', values: new Map([['Gateway', [gateway]]]) }, addresses);
}

function readRoute({ values }: Section, addresses: readonly string[]): { line: string; isReachable: boolean } {
  const value = (key: string): string | undefined => values.get(key)?.[0];
  const gateway = value('Gateway');
  const destination = value('Destination') ?? (gateway?.includes(':') ? '::/0' : '0.0.0.0/0');
  const metric = Number(value('Metric') ?? 0);
  const isUsual = metric === 0 || (metric === 1024 && destination.includes(':'));
  const line = `${destination}${gateway === undefined ? '' : ` via ${gateway}`}${isUsual ? '' : ` metric ${metric}`}`;
  const parsed = parseAddress(gateway ?? '');
  const isReachable =
    gateway === undefined ||
    isYes(value('GatewayOnLink')) ||
    (parsed !== undefined &&
      ((parsed.family === 6 && isLinkLocal(parsed)) || addresses.some((text) => holds(text, gateway))));
  return { line, isReachable };
}

function holds(subnet: string, gateway: string): boolean {
  const [address = '', length = ''] = subnet.split('/');
  const [own, other] = [parseAddress(address), parseAddress(gateway)];
  return own !== undefined && other !== undefined && isInNetwork(other, own, Number(length));
}

function readStack(
  { name, network }: Device,
  devices: readonly Device[],
  netdev: readonly Section[] | undefined,
): Partial<LinkNetworkState> {
  const master = one(network, 'Network', 'Bond');
  const mac = one(netdev ?? [], 'NetDev', 'MACAddress');
  const id = one(netdev ?? [], 'VLAN', 'Id');
  const parent = devices.find((other) => all(other.network, 'Network', 'VLAN').includes(name))?.name ?? '';
  const bond = netdev?.find(({ title }) => title === 'Bond');
  const members = devices.filter((other) => one(other.network, 'Network', 'Bond') === name);
  const primary = members.find((other) => isYes(one(other.network, 'Network', 'PrimarySlave')))?.name;
  return {
    ...(master === undefined ? {} : { master }),
    ...(mac === undefined ? {} : { mac }),
    ...(id === undefined ? {} : { vlan: { parent, id: Number(id) } }),
    ...(bond === undefined ? {} : { bond: readBond(bond, primary) }),
  };
}

/** Names and values as in the kernel's sysfs. */
const bondOptions: Readonly<Record<string, readonly [name: string, read: (value: string) => string]>> = {
  ARPAllTargets: ['arp_all_targets', String],
  ARPIPTargets: ['arp_ip_target', (value) => value.split(' ').join(',')],
  ARPIntervalSec: ['arp_interval', readMilliseconds],
  ARPValidate: ['arp_validate', String],
  AdSelect: ['ad_select', String],
  AllSlavesActive: ['all_slaves_active', (value) => (isYes(value) ? '1' : '0')],
  DownDelaySec: ['downdelay', readMilliseconds],
  DynamicTransmitLoadBalancing: ['tlb_dynamic_lb', (value) => (isYes(value) ? '1' : '0')],
  FailOverMACPolicy: ['fail_over_mac', String],
  GratuitousARP: ['num_grat_arp', String],
  LACPTransmitRate: ['lacp_rate', String],
  MIIMonitorSec: ['miimon', readMilliseconds],
  MinLinks: ['min_links', String],
  PacketsPerSlave: ['packets_per_slave', String],
  PrimaryReselectPolicy: ['primary_reselect', String],
  ResendIGMP: ['resend_igmp', String],
  TransmitHashPolicy: ['xmit_hash_policy', String],
  UpDelaySec: ['updelay', readMilliseconds],
};

/** systemd.time(7): seconds without a unit. */
function readMilliseconds(value: string): string {
  const [, digits, unit] = /^(\d+)(ms|s)?$/.exec(value) ?? [];
  if (digits === undefined) throw new Error(`not a time: ${value}`);
  return String(unit === 'ms' ? Number(digits) : Number(digits) * 1000);
}

function readBond({ values }: Section, primary: string | undefined): NonNullable<LinkNetworkState['bond']> {
  const options: Record<string, string> = primary === undefined ? {} : { primary };
  for (const [key, [value = '']] of values) {
    if (key === 'Mode') continue;
    const option = bondOptions[key];
    if (option === undefined) throw new Error(`[Bond] ${key}= not understood`);
    const [name, read] = option;
    options[name] = read(value);
  }
  return { mode: values.get('Mode')?.[0] ?? 'balance-rr', options };
}
