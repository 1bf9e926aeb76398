// Commands for what the keywords of interfaces(5) cannot say, or not without further packages. All can be repeated: at the first boot the
// network is there before ifup(8) comes. They work with iproute2 and with busybox, and are run by /bin/sh as they are.

import type { ResolvedAddress, ResolvedLink, ResolvedRoute } from '../../core/resolved-network.ts';
import { parseAddress } from '../address.ts';
import type { RenderProblem } from './renderer.ts';

type Commands = { readonly commands: readonly string[]; readonly problems: readonly RenderProblem[] };

/** In the order in which the kernel takes them: delays are multiples of miimon. */
const firstOptions = ['miimon', 'arp_interval'];

/**
 * Makes a bond with its options and members (Linux Documentation/networking/bonding.rst, sysfs). One member that is missing, or cannot
 * join, costs the bond nothing else: that is what bonds are for.
 */
export function makeBond({ name, bond }: ResolvedLink): Commands {
  if (bond === undefined) return { commands: [], problems: [] };
  const problems: RenderProblem[] = [];
  const folder = `/sys/class/net/${name}`;
  const { arp_ip_target: targets, primary, ...others } = bond.options;
  const settings = Object.entries(others).sort(([a], [b]) => rank(a) - rank(b));
  const writes = [['mode', bond.mode], ...settings].map(([option, value]) => `echo ${value} > ${option}`);
  for (const target of targets?.split(',') ?? []) {
    if (parseAddress(target)?.family === 4) writes.push(`echo +${target} > arp_ip_target`);
    else problems.push({ link: name, message: 'arp_ip_target: expected IPv4 addresses; one is left out' });
  }
  const commands = [
    // Loading the kernel's module may make a bond0 by itself.
    `test -d ${folder} || ip link add name ${name} type bond || test -d ${folder}`,
    `cd ${folder}/bonding && { grep -q . slaves || { ${writes.join(' && ')}; }; }`,
    ...bond.members.map(
      (member) =>
        `test -e ${folder}/lower_${member} || { ip link set dev ${member} down && ip link set dev ${member} master ${name}; } || true`,
    ),
  ];
  if (primary !== undefined) {
    if (bond.members.includes(primary)) commands.push(`echo ${primary} > ${folder}/bonding/primary || true`);
    else problems.push({ link: name, message: `primary: ${primary} is no member; not set` });
  }
  return { commands, problems };
}

function rank(option: string): number {
  const index = firstOptions.indexOf(option);
  return index === -1 ? firstOptions.length : index;
}

/** Makes a VLAN, on a parent that is there; nothing for other links. */
export function makeVlan({ name, vlan }: ResolvedLink): string[] {
  if (vlan === undefined) return [];
  return [`test -d /sys/class/net/${name} || ip link add link ${vlan.parent} name ${name} type vlan id ${vlan.id}`];
}

/** Sets an address; one that is there stays as it is. */
export function setAddress(link: string, { family, address, prefixLength }: ResolvedAddress): string {
  const broadcast = family === 4 && prefixLength <= 30 ? ' broadcast +' : '';
  return `ip addr replace ${address}/${prefixLength}${broadcast} dev ${link}`;
}

/** Keeps the link from taking addresses and routes from router advertisements. */
export function refuseAdvertisements(link: string): string {
  return `echo 0 > /proc/sys/net/ipv6/conf/${link}/accept_ra`;
}

/** Sets a route; the model has no other one of the same destination and metric. */
export function setRoute(link: string, route: ResolvedRoute): string {
  const { family, destination, prefixLength, gateway, metric, onLink } = route;
  const words = [
    family === 4 ? 'ip route replace' : 'ip -6 route replace',
    prefixLength === 0 ? 'default' : `${destination}/${prefixLength}`,
    ...(gateway === undefined ? [] : [`via ${gateway}`]),
    `dev ${link}`,
    ...(metric === undefined ? [] : [`metric ${metric}`]),
    ...(onLink ? ['onlink'] : []),
  ];
  return words.join(' ');
}
