// Which links of the network a service has to know.

import type { ResolvedLink, ResolvedNetwork } from '../../core/resolved-network.ts';

/**
 * The links that are asked to do something, in their order: those with addresses, routes or automatic configuration, members of bonds,
 * parents of VLANs, and every bond and VLAN. A NIC that the drive names without networks is none of them.
 */
export function usedLinks({ links }: ResolvedNetwork): readonly ResolvedLink[] {
  const parents = new Set(links.map(({ vlan }) => vlan?.parent));
  return links.filter(
    (link) =>
      link.kind !== 'physical' ||
      link.memberOf !== undefined ||
      parents.has(link.name) ||
      link.addresses.length > 0 ||
      link.routes.length > 0 ||
      hasFamily(link, 4) ||
      hasFamily(link, 6),
  );
}

/** Whether the link gets addresses of the family, static or not. */
export function hasFamily({ addresses, automatic }: ResolvedLink, family: 4 | 6): boolean {
  const isAutomatic = family === 4 ? automatic.dhcp4 === true : automatic.ipv6 !== undefined;
  return isAutomatic || addresses.some((address) => address.family === family);
}

/** InfiniBand addresses have 20 bytes, Ethernet's 6. */
export function isInfiniband({ kind, mac }: ResolvedLink): boolean {
  return kind === 'physical' && mac !== undefined && mac.length > 'fa:16:3e:00:00:05'.length;
}

/** Bytes; above it IP over InfiniBand needs connected mode (RFC 4755 section 2, Linux Documentation/infiniband/ipoib.rst). */
export const largestDatagram = 2044;
