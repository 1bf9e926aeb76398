// Properties of a link that follow from the whole network, for services that are told them.

import type { ResolvedLink, ResolvedNetwork, ResolvedRoute } from '../../core/resolved-network.ts';
import { indexNetworks, isLinkLocal, parseAddress } from '../address.ts';

/**
 * Whether the guest counts as online only when this link is up. Not so a link without addresses: what is on top of it tells, and a dead
 * member of a bond must not hold the boot. Nor a link with a lease alone, where another has static addresses: a DHCP server that does
 * not answer would hold it for minutes.
 */
export function isAwaited({ addresses, automatic }: ResolvedLink, { links }: ResolvedNetwork): boolean {
  if (addresses.length > 0) return true;
  const isAutomatic = automatic.dhcp4 === true || automatic.ipv6 !== undefined;
  return isAutomatic && links.every((other) => other.addresses.length === 0);
}

/**
 * Answers of a route of the link whether its gateway is to be taken as on the link without a look at its subnets: when it is in none of
 * them; and when the link has no static address of the family, so that the route need not wait for the lease.
 */
export function findGatewaysOnLink({ addresses }: ResolvedLink): (route: ResolvedRoute) => boolean {
  const findHolder = indexNetworks(addresses);
  return ({ family, gateway, onLink }) => {
    const parsed = gateway === undefined ? undefined : parseAddress(gateway);
    if (parsed === undefined || (family === 6 && isLinkLocal(parsed))) return false;
    return onLink === true || findHolder(parsed) < 0;
  };
}

/** RFC 8200 section 5; the kernel takes IPv6 off a link with less, and systemd-networkd would raise the MTU instead. */
const leastIpv6Mtu = 1280;

/** `mtu` in bytes, where one is said. */
export function isTooSmallForIpv6(mtu: number | undefined): boolean {
  return mtu !== undefined && mtu < leastIpv6Mtu;
}
