// Keyfiles of NetworkManager as nm-settings-keyfile(5) says and nmcli writes them again, with what it makes of values that are not there.

import { readBondPairs } from './bond-words.ts';
import type { EffectiveLink, EffectiveNetwork } from './effective-network.ts';
import type { RouteAttempt } from './route-table.ts';

type Groups = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** By type of device: what routes of the first get that say no metric, those of the next one more (nm-settings(5), route-metric). */
const usualMetrics: Readonly<Record<string, number>> = { ethernet: 100, infiniband: 150, bond: 300, vlan: 400 };

/** `profiles` are texts; of NICs the name and the MAC address, by which a profile may mean them. */
export function readKeyfiles(
  profiles: readonly string[],
  nics: readonly { readonly name: string; readonly mac: string }[],
): EffectiveNetwork {
  const parsed = profiles
    .map(parseGroups)
    .map((groups) => ({ groups, name: findName(groups, nics) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const nameOf = (reference: string | undefined): string | undefined =>
    parsed.find(({ groups }) => groups.get('connection')?.get('uuid') === reference)?.name ?? reference;
  const links: Record<string, EffectiveLink> = {};
  const routes: RouteAttempt[] = [];
  const servers: string[] = [];
  const search: string[] = [];
  const types = parsed.map(({ groups }) => groups.get('connection')?.get('type') ?? '');
  for (const [index, { groups, name }] of parsed.entries()) {
    const before = types.slice(0, index).filter((type) => type === types[index]).length;
    if (links[name] !== undefined) throw new Error(`${name} has two profiles`);
    const link = readLink(groups, nameOf);
    links[name] = link;
    servers.push(...(link.servers ?? []));
    for (const family of ['ipv4', 'ipv6'] as const) {
      search.push(...readList(groups.get(family)?.get('dns-search')));
      routes.push(
        ...readRoutes(groups, family, { link: name, usual: (usualMetrics[types[index] ?? ''] ?? 0) + before }),
      );
    }
  }
  return { links, routes, servers, search };
}

function parseGroups(text: string): Groups {
  const groups = new Map<string, Map<string, string>>();
  let group = new Map<string, string>();
  for (const line of text.split('\n').filter((raw) => raw !== '' && !raw.startsWith('#'))) {
    const header = /^\[(.*)\]$/.exec(line)?.[1];
    const end = line.indexOf('=');
    if (header !== undefined) {
      group = new Map();
      groups.set(header, group);
    } else if (end > 0) group.set(line.slice(0, end), line.slice(end + 1));
    else throw new Error(`not understood: ${line}`);
  }
  return groups;
}

function findName(groups: Groups, nics: readonly { readonly name: string; readonly mac: string }[]): string {
  const name = groups.get('connection')?.get('interface-name');
  const type = groups.get('connection')?.get('type') ?? '';
  const mac = groups.get(type)?.get('mac-address')?.toLowerCase();
  const found = name ?? nics.find((nic) => nic.mac.toLowerCase() === mac)?.name;
  if (found === undefined) throw new Error('a profile of no link');
  return found;
}

function readLink(groups: Groups, nameOf: (reference: string | undefined) => string | undefined): EffectiveLink {
  const get = (group: string, key: string): string | undefined => groups.get(group)?.get(key);
  const type = get('connection', 'type') ?? '';
  const master = nameOf(get('connection', 'master'));
  const mac = get('ethernet', 'cloned-mac-address');
  const mtu = get('ethernet', 'mtu') ?? get('infiniband', 'mtu');
  const bond = type === 'bond' ? readBondPairs([...(groups.get('bond') ?? [])]) : undefined;
  // A member has neither family; without a group, IPv6 is automatic and IPv4 is off.
  const ipv6 = master === undefined ? (get('ipv6', 'method') ?? 'auto') : 'ignore';
  return {
    kind: type === 'bond' || type === 'vlan' ? type : 'physical',
    addresses: (['ipv4', 'ipv6'] as const).flatMap((family) =>
      listNumbered(groups.get(family), 'address').flatMap(([, [address]]) => (address === undefined ? [] : [address])),
    ),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
    ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
    ...(master === undefined ? {} : { master }),
    ...(type === 'vlan'
      ? { vlan: { parent: nameOf(get('vlan', 'parent')) ?? '', id: Number(get('vlan', 'id')) } }
      : {}),
    ...(bond === undefined ? {} : { bond }),
    dhcp4: get('ipv4', 'method') === 'auto',
    // DHCPv6 as they say.
    ...(ipv6 === 'auto' ? { advertisements: 'yes' } : {}),
    ...(ipv6 === 'manual' || ipv6 === 'disabled' ? { advertisements: 'no' } : {}),
    servers: [...readList(get('ipv4', 'dns')), ...readList(get('ipv6', 'dns'))],
  };
}

function readList(text = ''): string[] {
  return text.split(';').filter((word) => word !== '');
}

/** The values of `name1`, `name2`, … with their keys, split at their commas. */
function listNumbered(group: ReadonlyMap<string, string> | undefined, name: string): [string, string[]][] {
  return [...(group ?? [])]
    .filter(([key]) => new RegExp(`^${name}\\d+$`).test(key))
    .map(([key, value]) => [key, value.split(',')]);
}

/**
 * NetworkManager adds a route to a gateway that the kernel says it has no way to (nm_platform_ip_route_sync), and lets routes of one
 * metric stand beside each other.
 */
function readRoutes(
  groups: Groups,
  family: 'ipv4' | 'ipv6',
  { link, usual }: { readonly link: string; readonly usual: number },
): RouteAttempt[] {
  const group = groups.get(family);
  const own = group?.get('route-metric') ?? usual;
  const anywhere = family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  // A gateway is a key of its own, or stands behind the address.
  const behind = listNumbered(group, 'address').flatMap(([, words]) => words.slice(1));
  const gateways = [...behind, ...(group?.has('gateway') ? [group.get('gateway') ?? ''] : [])];
  const all = [
    ...gateways.map((gateway) => [anywhere, gateway]),
    ...listNumbered(group, 'route').map(([, words]) => words),
  ];
  return all.map(([destination = '', via, metric = own]) => ({
    ...{ link, destination, onLink: true, how: 'append' },
    ...(via === undefined || ['', '0.0.0.0', '::'].includes(via) ? {} : { via }),
    metric: Number(metric),
  }));
}
