// One link as the variables of an ifcfg file. Follows initscripts' sysconfig.txt and nm-settings-ifcfg-rh(5): each variable means the
// same to both readers, or is read by one of them alone.

import type { ResolvedLink } from '../../../core/resolved-network.ts';
import type { Assignment } from '../shell-assignments.ts';
import { isInfiniband, largestDatagram } from '../used-links.ts';

export type LinkExtras = {
  readonly servers: readonly string[];
  /** kind bond: names and values. */
  readonly bondOptions: readonly (readonly [string, string])[];
};

/** NetworkManager's, as in the keyfiles. */
const priority = 200;

/** In the order in which an operator reads them: what it is, IPv4, IPv6, name servers. */
export function describeLink(link: ResolvedLink, { servers, bondOptions }: LinkExtras): Assignment[] {
  const base = [...describeDevice(link, bondOptions), ...describeHardware(link)];
  if (link.memberOf !== undefined) return [...base, ['BOOTPROTO', 'none'], ['MASTER', link.memberOf], ['SLAVE', 'yes']];
  const hasLease = link.automatic.dhcp4 === true || ['stateful', 'stateless'].includes(link.automatic.ipv6 ?? '');
  return [
    ...base,
    ...describeIpv4(link),
    ...describeIpv6(link),
    // Else dhclient gives up for good after its first minute.
    ...(hasLease ? ([['PERSISTENT_DHCLIENT', 'yes']] as const) : []),
    // Else the network scripts add a route to 169.254.0.0/16.
    ['NOZEROCONF', 'yes'],
    ...servers.map((server, index): Assignment => [`DNS${index + 1}`, server]),
  ];
}

function describeDevice(link: ResolvedLink, bondOptions: LinkExtras['bondOptions']): Assignment[] {
  const types = { physical: isInfiniband(link) ? 'InfiniBand' : 'Ethernet', bond: 'Bond', vlan: 'Vlan' } as const;
  return [
    ['DEVICE', link.name],
    ['TYPE', types[link.kind]],
    ['ONBOOT', 'yes'],
    ['AUTOCONNECT_PRIORITY', priority],
    ...(link.kind === 'bond'
      ? ([
          ['BONDING_MASTER', 'yes'],
          ['BONDING_OPTS', bondOptions.map(([name, value]) => `${name}=${value}`).join(' ')],
        ] as const)
      : []),
    ...(link.vlan === undefined
      ? []
      : ([
          ['VLAN', 'yes'],
          ['PHYSDEV', link.vlan.parent],
          // The network scripts' word and NetworkManager's: neither finds it in every name.
          ['VID', link.vlan.id],
          ['VLAN_ID', link.vlan.id],
        ] as const)),
  ];
}

function describeHardware(link: ResolvedLink): Assignment[] {
  const needsConnected = isInfiniband(link) && (link.mtu ?? 0) > largestDatagram;
  return [
    ...(link.kind === 'physical' || link.mac === undefined ? [] : ([['MACADDR', link.mac]] as const)),
    ...(link.mtu === undefined ? [] : ([['MTU', link.mtu]] as const)),
    ...(needsConnected ? ([['CONNECTED_MODE', 'yes']] as const) : []),
  ];
}

function describeIpv4({ addresses, automatic }: ResolvedLink): Assignment[] {
  const own = addresses.filter(({ family }) => family === 4);
  return [
    ['BOOTPROTO', automatic.dhcp4 ? 'dhcp' : 'none'],
    // IPADDR, IPADDR1, IPADDR2: both readers go on over the missing IPADDR0.
    ...own.flatMap(({ address, prefixLength }, index): Assignment[] => {
      const suffix = index === 0 ? '' : String(index);
      return [
        [`IPADDR${suffix}`, address],
        [`PREFIX${suffix}`, prefixLength],
      ];
    }),
    // NetworkManager's; the network scripts give no metric that is not said.
    ...(own.length > 0 && !automatic.dhcp4 ? ([['IPV4_ROUTE_METRIC', 0]] as const) : []),
  ];
}

function describeIpv6({ addresses, routes, automatic }: ResolvedLink): Assignment[] {
  const [first, ...others] = addresses
    .filter(({ family }) => family === 6)
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  const hasRoutes = routes.some(({ family }) => family === 6);
  if (automatic.ipv6 === undefined && first === undefined && !hasRoutes) return [];
  return [
    ['IPV6INIT', 'yes'],
    // No: router advertisements are not taken.
    ['IPV6_AUTOCONF', automatic.ipv6 === undefined ? 'no' : 'yes'],
    ...(automatic.ipv6 === undefined || automatic.ipv6 === 'slaac' ? [] : ([['DHCPV6C', 'yes']] as const)),
    ...(automatic.ipv6 === 'stateless' ? ([['DHCPV6C_OPTIONS', '-S']] as const) : []),
    ...(first === undefined ? [] : ([['IPV6ADDR', first]] as const)),
    ...(others.length === 0 ? [] : ([['IPV6ADDR_SECONDARIES', others.join(' ')]] as const)),
    automatic.ipv6 === undefined ? ['IPV6_ROUTE_METRIC', 0] : ['IPV6_ADDR_GEN_MODE', 'eui64'],
  ];
}
