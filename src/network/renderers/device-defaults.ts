// What the kernel gives a bond, a member or a VLAN that nothing is said of, for services that would choose otherwise or set it too early.

import type { ResolvedLink, ResolvedNetwork } from '../../core/resolved-network.ts';
import { isInfiniband } from './used-links.ts';

/**
 * The MAC address to write for a bond or VLAN: what the drive says; for a bond else that of its first member, as the kernel has it,
 * where systemd-networkd would make one up from the machine-id. Undefined: the kernel's, which for a VLAN is its parent's.
 */
export function deviceMac(link: ResolvedLink, { links }: ResolvedNetwork): string | undefined {
  if (link.kind === 'physical' || link.mac !== undefined || link.bond === undefined) return link.mac;
  const member = links.find(({ name }) => name === link.bond?.members[0]);
  return member === undefined || isInfiniband(member) ? undefined : member.mac;
}

/**
 * The MTU to write, in bytes: what the drive says; else that of a VLAN's parent or of a member's bond. The kernel copies it when the
 * VLAN is made and when the member joins, and a service may do either before it sets the MTU of the other.
 */
export function deviceMtu(link: ResolvedLink, network: ResolvedNetwork): number | undefined {
  if (link.mtu !== undefined) return link.mtu;
  const above = network.links.find(({ name }) => name === (link.vlan?.parent ?? link.memberOf));
  return above === undefined ? undefined : deviceMtu(above, network);
}
