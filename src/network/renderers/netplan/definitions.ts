// The links as definitions of netplan's YAML (netplan(5)), in what 0.101 to 1.1 have in common.

import type { ResolvedLink, ResolvedNetwork, ResolvedRoute } from '../../../core/resolved-network.ts';
import { acceptsAdvertisements } from '../../advertisements.ts';
import { settleBond } from '../bond-settings.ts';
import { deviceMac, deviceMtu } from '../device-defaults.ts';
import { findGatewaysOnLink, isAwaited, isTooSmallForIpv6 } from '../link-traits.ts';
import type { RenderProblem } from '../renderer.ts';
import { isInfiniband, largestDatagram, usedLinks } from '../used-links.ts';
import { bondLimits, bondParameters } from './bond-parameters.ts';
import type { YamlObject } from './emit-yaml.ts';

/**
 * Ids of NICs begin with it. An id of their own, so that nothing an image says of the same NIC is mixed into the definition; and one
 * that sorts before the image's, as systemd-networkd takes the first of the files that netplan makes of them.
 */
const idPrefix = '0-';

/** The members of `network:` in their order. What cannot be said goes to `problems`. */
export function describeLinks(network: ResolvedNetwork, problems: RenderProblem[]): YamlObject {
  const used = usedLinks(network);
  const describeKind = (kind: ResolvedLink['kind']): ReadonlyMap<string, YamlObject> | undefined => {
    const links = used.filter((link) => link.kind === kind);
    if (links.length === 0) return undefined;
    return new Map(links.map((link) => [linkId(link.name, network), describeLink(link, network, problems)]));
  };
  return { ethernets: describeKind('physical'), bonds: describeKind('bond'), vlans: describeKind('vlan') };
}

/** A bond's or VLAN's id is its name, a NIC's is free. */
function linkId(name: string, { links }: ResolvedNetwork): string {
  return links.find((link) => link.name === name)?.kind === 'physical' ? `${idPrefix}${name}` : name;
}

function describeLink(link: ResolvedLink, network: ResolvedNetwork, problems: RenderProblem[]): YamlObject {
  const { automatic, addresses, dns, routes } = link;
  const isPhysical = link.kind === 'physical';
  const mtu = deviceMtu(link, network);
  const isOnLink = findGatewaysOnLink(link);
  if (isInfiniband(link) && (mtu ?? 0) > largestDatagram)
    problems.push({ link: link.name, message: `MTU ${mtu}: netplan cannot ask for InfiniBand's connected mode` });
  const flags = {
    dhcp4: automatic.dhcp4 === true,
    // Also for SLAAC alone: netplan(5) asks for it, and what the advertisements say decides.
    dhcp6: automatic.ipv6 !== undefined,
  };
  // Said aloud where an image's definition of the same id could say otherwise.
  const dhcp = {
    dhcp4: flags.dhcp4 || (isPhysical ? undefined : false),
    dhcp6: flags.dhcp6 || (isPhysical ? undefined : false),
  };
  // netplan lets a lease set the MTU by default; both families must then say the same.
  const overrides = mtu === undefined ? undefined : { 'use-mtu': false };
  return {
    ...(isPhysical ? { match: { name: link.name } } : {}),
    ...describeStack(link, network, problems),
    ...(isPhysical ? {} : { macaddress: deviceMac(link, network) }),
    mtu,
    optional: isAwaited(link, network) ? undefined : true,
    ...dhcp,
    'dhcp4-overrides': flags.dhcp4 ? overrides : undefined,
    'dhcp6-overrides': flags.dhcp6 ? overrides : undefined,
    'accept-ra': acceptsAdvertisements(link),
    // With an IPv6 address of its own the link would not be let below 1280 bytes.
    'link-local': isTooSmallForIpv6(mtu) ? [] : undefined,
    addresses: unlessEmpty(addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`)),
    nameservers: dns.length === 0 ? undefined : { addresses: dns },
    routes: unlessEmpty(routes.map((route) => describeRoute(route, isOnLink(route)))),
  };
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function describeStack(link: ResolvedLink, network: ResolvedNetwork, problems: RenderProblem[]): YamlObject {
  if (link.vlan !== undefined) return { id: link.vlan.id, link: linkId(link.vlan.parent, network) };
  if (link.bond === undefined) return {};
  const settings = settleBond(link.bond, bondLimits);
  for (const message of settings.problems) problems.push({ link: link.name, message });
  return {
    interfaces: link.bond.members.map((name) => linkId(name, network)),
    parameters: bondParameters(settings, (name) => linkId(name, network)),
  };
}

/** `to: default` is unknown before 0.104, and a route without `via` must say its scope before 0.106. */
function describeRoute(route: ResolvedRoute, isOnLink: boolean): YamlObject {
  const { destination, prefixLength, gateway, metric } = route;
  return {
    to: `${destination}/${prefixLength}`,
    ...(gateway === undefined ? { scope: 'link' } : { via: gateway }),
    'on-link': isOnLink ? true : undefined,
    metric: metric === 0 ? undefined : metric,
  };
}
