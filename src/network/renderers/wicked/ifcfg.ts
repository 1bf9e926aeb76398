// One link as the variables of an ifcfg file. Follows ifcfg(5), ifcfg-bonding(5), ifcfg-vlan(5) and ifcfg-dhcp(5) of wicked.

import type { ResolvedLink } from '../../../core/resolved-network.ts';
import type { Assignment } from '../shell-assignments.ts';
import { isInfiniband, largestDatagram } from '../used-links.ts';

/** `bondOptions`: of a bond, names and values. */
export function describeLink(link: ResolvedLink, bondOptions: readonly (readonly [string, string])[]): Assignment[] {
  const needsConnected = isInfiniband(link) && (link.mtu ?? 0) > largestDatagram;
  const hardware: Assignment[] = [
    ...(link.kind === 'physical' || link.mac === undefined ? [] : ([['LLADDR', link.mac]] as const)),
    ...(link.mtu === undefined ? [] : ([['MTU', link.mtu]] as const)),
    ...(needsConnected ? ([['IPOIB_MODE', 'connected']] as const) : []),
  ];
  // A member that is missing at boot, and comes later, joins then.
  if (link.memberOf !== undefined) return [['STARTMODE', 'hotplug'], ['BOOTPROTO', 'none'], ...hardware];
  return [
    ['STARTMODE', 'auto'],
    ['BOOTPROTO', chooseProtocol(link)],
    ...(link.bond === undefined
      ? []
      : ([
          ['BONDING_MASTER', 'yes'],
          ['BONDING_MODULE_OPTS', bondOptions.map(([name, value]) => `${name}=${value}`).join(' ')],
          ...link.bond.members.map((member, index): Assignment => [`BONDING_SLAVE_${index}`, member]),
        ] as const)),
    ...(link.vlan === undefined
      ? []
      : ([
          ['ETHERDEVICE', link.vlan.parent],
          ['VLAN_ID', link.vlan.id],
        ] as const)),
    ...hardware,
    ...link.addresses.map(({ address, prefixLength }, index): Assignment => {
      return [`IPADDR${index === 0 ? '' : `_${index}`}`, `${address}/${prefixLength}`];
    }),
    ...describeDhcp6(link),
  ];
}

/** Static addresses and routes come with each of these but `none`. */
function chooseProtocol({ automatic }: ResolvedLink): string {
  const { dhcp4, ipv6 } = automatic;
  const parts = [
    ...(dhcp4 ? ['dhcp4'] : []),
    ...(ipv6 === undefined || ipv6 === 'slaac' ? [] : ['dhcp6']),
    // The kernel takes the advertisements either way; auto6 waits for the address that they bring.
    ...(ipv6 === 'slaac' || ipv6 === 'stateless' ? ['auto6'] : []),
  ];
  return parts.length === 0 ? 'static' : parts.join('+');
}

function describeDhcp6({ automatic }: ResolvedLink): Assignment[] {
  const modes: Readonly<Record<string, string>> = { stateful: 'managed', stateless: 'info' };
  const mode = modes[automatic.ipv6 ?? ''];
  return mode === undefined ? [] : [['DHCLIENT6_MODE', mode]];
}
