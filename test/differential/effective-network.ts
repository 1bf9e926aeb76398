// What the files of a network service come to, whoever wrote them; told apart fact by fact. Links are named by what they are, so that a
// bond or VLAN is compared under whatever name either side gives it.

import { type RouteAttempt, settleRoutes } from './route-table.ts';

export type EffectiveLink = {
  readonly kind: 'physical' | 'bond' | 'vlan';
  /** `address/length`. */
  readonly addresses: readonly string[];
  /** Bytes; absent: nothing sets it. */
  readonly mtu?: number;
  /** Of IPv6 alone, where it is less than the link's. */
  readonly ipv6Mtu?: number;
  /** Only where it is set: bond and VLAN. Lower case. */
  readonly mac?: string;
  /** Name of the bond that it is a member of. */
  readonly master?: string;
  readonly vlan?: { readonly parent: string; readonly id: number };
  /** `options` by their names in sysfs, values in the kernel's words. Without a mode: the kernel's own. */
  readonly bond?: { readonly mode: string; readonly options: Readonly<Record<string, string>> };
  readonly dhcp4: boolean;
  /** In the words of the service; undefined: none. */
  readonly dhcp6?: string;
  /** Router advertisements; undefined: left as the kernel or the service has it. */
  readonly advertisements?: 'yes' | 'no';
  /** Only of services that keep name servers by link. */
  readonly servers?: readonly string[];
};

export type EffectiveNetwork = {
  readonly links: Readonly<Record<string, EffectiveLink>>;
  /** In the order in which they are set. */
  readonly routes: readonly RouteAttempt[];
  /** Of the guest's resolver, in order. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** Why the service takes the files, or some of them, not at all. */
  readonly refused?: string;
};

/** One thing that can be otherwise. `link` is empty where it is the guest's. */
export type Fact = { readonly link: string; readonly what: string; readonly key: string; readonly value: string };

/** A side without the fact has no value. */
export type Difference = Omit<Fact, 'value'> & { readonly ours?: string; readonly theirs?: string };

/** What is otherwise, in a stable order. Of a link that one side has not only that is said. */
export function compareNetworks(ours: EffectiveNetwork, theirs: EffectiveNetwork): Difference[] {
  const [own, other] = [listFacts(ours), listFacts(theirs)];
  // What a service refuses altogether it need not be told of link by link.
  const isNothing = [ours, theirs].some(
    ({ refused, links }) => refused !== undefined && Object.keys(links).length === 0,
  );
  const isWhole = (link: string): boolean => link === '' || (own.has(linkId(link)) && other.has(linkId(link)));
  return [...new Set([...own.keys(), ...other.keys()])].sort().flatMap((id): Difference[] => {
    const [a, b] = [own.get(id), other.get(id)];
    const { link = '', what = '', key = '' } = a ?? b ?? {};
    if (a?.value === b?.value || (what !== 'link' && !isWhole(link))) return [];
    if (what !== 'files' && isNothing) return [];
    const sides = {
      ...(a === undefined ? {} : { ours: a.value }),
      ...(b === undefined ? {} : { theirs: b.value }),
    };
    return [{ link, what, key, ...sides }];
  });
}

function idOf(link: string, what: string, key: string): string {
  return JSON.stringify([link, what, key]);
}

function linkId(link: string): string {
  return idOf(link, 'link', '');
}

function listFacts(network: EffectiveNetwork): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  const add = (link: string, what: string, key: string, value: string | undefined): void => {
    if (value !== undefined) facts.set(idOf(link, what, key), { link, what, key, value });
  };
  add('', 'files', '', network.refused === undefined ? 'taken' : `refused: ${network.refused}`);
  for (const [family, isOwn] of [['IPv4', isIpv4] as const, ['IPv6', isIpv6] as const])
    add('', 'name servers', family, joinOrNone(unique(network.servers).filter(isOwn)));
  add('', 'search domains', '', joinOrNone(unique(network.search)));
  const routes = settleRoutes(network);
  for (const [name, link] of Object.entries(network.links)) {
    const id = describeLink(name, network);
    add(id, 'link', '', link.kind === 'physical' ? 'up' : name);
    for (const text of link.addresses) {
      const [address = '', length = ''] = text.split('/');
      add(id, 'address', address, length);
    }
    for (const { route, value } of routes.get(name) ?? []) add(id, 'route', route, value);
    add(id, 'MTU', '', String(findMtu(name, network)));
    add(id, 'MTU of IPv6', '', link.ipv6Mtu === undefined ? undefined : String(link.ipv6Mtu));
    add(id, 'MAC', '', link.mac);
    add(id, 'member', '', link.master === undefined ? undefined : describeLink(link.master, network));
    add(id, 'bond mode', '', link.bond?.mode);
    for (const [option, value] of Object.entries(link.bond?.options ?? {})) add(id, 'bond option', option, value);
    add(id, 'DHCPv4', '', link.dhcp4 ? 'yes' : undefined);
    add(id, 'DHCPv6', '', link.dhcp6);
    add(id, 'advertisements', '', link.advertisements);
    add(id, "link's servers", '', joinOrNone(unique(link.servers ?? [])));
  }
  return facts;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}

function isIpv4(address: string): boolean {
  return !isIpv6(address);
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

function joinOrNone(list: readonly string[]): string | undefined {
  return list.length === 0 ? undefined : list.join(' ');
}

/** `eth0`, `bond of eth0 and eth1`, `VLAN 100 on eth0`. */
function describeLink(name: string, network: EffectiveNetwork): string {
  const link = network.links[name];
  if (link?.kind === 'vlan') return `VLAN ${link.vlan?.id} on ${describeLink(link.vlan?.parent ?? '', network)}`;
  if (link?.kind !== 'bond') return name;
  const members = Object.entries(network.links).flatMap(([member, { master }]) => (master === name ? [member] : []));
  return members.length === 0 ? `bond ${name} without members` : `bond of ${members.sort().join(' and ')}`;
}

/** What no file sets is the kernel's: that of the bond or of the VLAN's parent, else 1500. */
export function findMtu(name: string, network: EffectiveNetwork): number {
  const link = network.links[name];
  const above = link?.vlan?.parent ?? link?.master;
  return link?.mtu ?? (above === undefined || above === name ? 1500 : findMtu(above, network));
}
