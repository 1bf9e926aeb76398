// The .network file of a link. Follows systemd.network(5) in what 247 to 257 have in common.

import type { ResolvedLink, ResolvedNetwork, ResolvedRoute } from '../../../core/resolved-network.ts';
import { acceptsAdvertisements } from '../../advertisements.ts';
import type { BondSettings } from '../bond-settings.ts';
import { deviceMtu } from '../device-defaults.ts';
import { findGatewaysOnLink, isAwaited, isTooSmallForIpv6 } from '../link-traits.ts';
import { isInfiniband, largestDatagram } from '../used-links.ts';
import type { Entry, Section } from './section.ts';

export function networkSections(
  link: ResolvedLink,
  { network, bonds }: { network: ResolvedNetwork; bonds: ReadonlyMap<string, BondSettings> },
): Section[] {
  const mtu = deviceMtu(link, network);
  const isOnLink = findGatewaysOnLink(link);
  const isConnected = isInfiniband(link) && (mtu ?? 0) > largestDatagram;
  return [
    ['Match', [['Name', link.name]]],
    [
      'Link',
      [
        ...(mtu === undefined ? [] : [['MTUBytes', mtu] as const]),
        ...(isAwaited(link, network) ? [] : [['RequiredForOnline', 'no'] as const]),
      ],
    ],
    ...(isConnected ? [['IPoIB', [['Mode', 'connected']]] as const] : []),
    [
      'Network',
      [
        ...(isTooSmallForIpv6(mtu) ? [['LinkLocalAddressing', 'no'] as const] : []),
        ...(isOverBond(link, network) ? [['IgnoreCarrierLoss', 'yes'] as const] : []),
        ...addressEntries(link),
        ...stackEntries(link, network, bonds),
      ],
    ],
    ...link.routes.map((route): Section => ['Route', routeEntries(route, isOnLink(route))]),
  ];
}

/**
 * A bond, or a VLAN above one. Up to 254 networkd takes the members of a bond that is up already down and lets them join again
 * (https://github.com/systemd/systemd/issues/31165); the addresses of the bond need not go for it.
 */
function isOverBond(link: ResolvedLink, { links }: ResolvedNetwork): boolean {
  if (link.kind === 'bond') return true;
  const parent = links.find(({ name }) => name === link.vlan?.parent);
  return parent !== undefined && isOverBond(parent, { links });
}

function addressEntries(link: ResolvedLink): Entry[] {
  const { automatic, addresses, dns } = link;
  const isStateful = automatic.ipv6 === 'stateful';
  const dhcp = automatic.dhcp4 === true ? (isStateful ? 'yes' : 'ipv4') : isStateful ? 'ipv6' : undefined;
  const advertisements = acceptsAdvertisements(link);
  return [
    ...(dhcp === undefined ? [] : [['DHCP', dhcp] as const]),
    ...(advertisements === undefined ? [] : [['IPv6AcceptRA', advertisements ? 'yes' : 'no'] as const]),
    ...addresses.map(({ address, prefixLength }): Entry => ['Address', `${address}/${prefixLength}`]),
    ...dns.map((server): Entry => ['DNS', server]),
  ];
}

function stackEntries(
  link: ResolvedLink,
  { links }: ResolvedNetwork,
  bonds: ReadonlyMap<string, BondSettings>,
): Entry[] {
  const master = link.memberOf;
  const primary = new Map(bonds.get(master ?? '')?.options).get('primary');
  return [
    ...(master === undefined ? [] : [['Bond', master] as const]),
    ...(primary === link.name ? [['PrimarySlave', 'yes'] as const] : []),
    ...links.filter(({ vlan }) => vlan?.parent === link.name).map(({ name }): Entry => ['VLAN', name]),
  ];
}

function routeEntries(route: ResolvedRoute, isOnLink: boolean): Entry[] {
  const { family, destination, prefixLength, gateway, metric } = route;
  return [
    ['Destination', `${destination}/${prefixLength}`],
    ...(gateway === undefined ? [] : [['Gateway', gateway] as const]),
    ...(isOnLink ? [['GatewayOnLink', 'yes'] as const] : []),
    // 247 would make the route global, and the kernel then finds no gateway behind it.
    ...(gateway === undefined && family === 4 ? [['Scope', 'link'] as const] : []),
    ...(metric === undefined || metric === 0 ? [] : [['Metric', metric] as const]),
  ];
}
