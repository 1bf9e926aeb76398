// The stanzas of each link in the dialect of Debian's ifupdown, 0.8.36 (bullseye) and later, with no package beside it and iproute2.

import type { ResolvedAddress, ResolvedLink, ResolvedNetwork } from '../../../core/resolved-network.ts';
import { needsClient, type Stanza } from '../interfaces-file.ts';
import { makeBond, makeVlan, refuseAdvertisements, setAddress, setRoute } from '../link-commands.ts';
import type { RenderProblem } from '../renderer.ts';

type Prepared = { readonly stanzas: readonly Stanza[]; readonly problems: readonly RenderProblem[] };

/** `links` in the order in which they are brought up. */
export function prepareStanzas(network: ResolvedNetwork, links: readonly ResolvedLink[]): Prepared {
  const prepared = links.map((link) => prepareLink(network, link));
  return {
    stanzas: prepared.flatMap(({ stanzas }) => stanzas),
    problems: prepared.flatMap(({ problems }) => problems),
  };
}

function prepareLink(network: ResolvedNetwork, link: ResolvedLink): Prepared {
  const { name, bond, dns } = link;
  const { commands, problems } = makeBond(link);
  const addressing = needsClient(link) ? besideClient(link) : byKeywords(link);
  const keys = linkKeys(link);
  const [first] = addressing;
  // Only `inet static` and `inet manual` take the MTU as that of the link.
  const isFit = first?.family === 'inet' && first.method !== 'dhcp';
  const isBare = first === undefined || (!isFit && keys.length > 0);
  const base: Stanza = isBare ? { link: name, family: 'inet', method: 'manual' } : first;
  const whole: Stanza = {
    ...base,
    preUp: [...commands, ...(isMadeByItself(link) ? [] : makeVlan(link)), ...(base.preUp ?? [])],
    keys: [...(base.keys ?? []), ...keys, ...(dns.length > 0 ? [`dns-nameservers ${dns.join(' ')}`] : [])],
    up: [...(base.up ?? []), ...nestedVlans(network, link)],
  };
  // A NIC that no stanza names is taken for nobody's by helpers of cloud images, which start DHCP on it.
  const members = (bond?.members ?? []).map((member): Stanza => ({ link: member, family: 'inet', method: 'manual' }));
  return { stanzas: [whole, ...(isBare ? addressing : addressing.slice(1)), ...members], problems };
}

function linkKeys({ kind, mac, mtu }: ResolvedLink): string[] {
  return [
    ...(kind !== 'physical' && mac !== undefined ? [`hwaddress ${mac}`] : []),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
  ];
}

/**
 * ifup(8) makes `eth0.100` before anything of the stanza. With two dots in the name it would take the first part for the parent: such a
 * VLAN must be there already, so the parent's stanza makes it.
 */
function isMadeByItself({ name, vlan }: ResolvedLink): boolean {
  return vlan !== undefined && name === `${vlan.parent}.${vlan.id}`;
}

function nestedVlans({ links }: ResolvedNetwork, { name }: ResolvedLink): string[] {
  if (!name.includes('.')) return [];
  return links.filter((link) => link.vlan?.parent === name && isMadeByItself(link)).flatMap(makeVlan);
}

/** No client: addresses as keywords. */
function byKeywords(link: ResolvedLink): Stanza[] {
  const { name, automatic } = link;
  // ifup(8) refuses advertisements by itself where there is a gateway, unless it is told otherwise.
  const accept = automatic.ipv6 === undefined ? 'accept_ra 0' : 'accept_ra 2';
  const static4 = staticStanzas(link, 4, []);
  const static6 = staticStanzas(link, 6, [accept]);
  const loose4 = static4.length > 0 ? [] : routeCommands(link, 4);
  const loose6 = static6.length > 0 ? [] : routeCommands(link, 6);
  const slaac =
    automatic.ipv6 === undefined ? [] : [{ link: name, family: 'inet6', method: 'auto', up: loose6 } as const];
  const loose = [...loose4, ...(slaac.length > 0 ? [] : loose6)];
  const manual = loose.length === 0 ? [] : [{ link: name, family: 'inet', method: 'manual', up: loose } as const];
  return [...manual, ...static4, ...static6, ...slaac];
}

/** A stanza for each address; the routes are with the last one, when all subnets are there. `extra` goes to the first. */
function staticStanzas(link: ResolvedLink, family: 4 | 6, extra: readonly string[]): Stanza[] {
  const addresses = link.addresses.filter((address) => address.family === family);
  return addresses.map(({ address, prefixLength }, index) => ({
    ...({ link: link.name, family: family === 4 ? 'inet' : 'inet6', method: 'static' } as const),
    // A network of one or two addresses has no broadcast address; ifup(8) would take the address itself.
    keys: [
      `address ${address}/${prefixLength}`,
      ...(family === 4 && prefixLength > 30 ? ['broadcast 0.0.0.0'] : []),
      ...(index === 0 ? extra : []),
    ],
    // Not by the keyword `gateway`: ifup(8) gives such a route the flag onlink, which route(8) cannot give it at the first boot.
    up: index === addresses.length - 1 ? routeCommands(link, family) : [],
  }));
}

function routeCommands({ name, routes }: ResolvedLink, family: 4 | 6): string[] {
  return routes.filter((route) => route.family === family).map((route) => setRoute(name, route));
}

/**
 * A client has to run, at the first boot too, when the static addresses are there already: `inet static` would fail with "File exists" and
 * the client would not be reached. So these are set by commands that can be repeated, and come first: a client may wait for long.
 */
function besideClient(link: ResolvedLink): Stanza[] {
  const { name, automatic, addresses } = link;
  const ofFamily = (family: 4 | 6): ResolvedAddress[] => addresses.filter((address) => address.family === family);
  const set4 = ofFamily(4).map((address) => setAddress(name, address));
  const set6 = ofFamily(6).map((address) => setAddress(name, address));
  const [routes4, routes6] = [routeCommands(link, 4), routeCommands(link, 6)];
  const isEarly4 = set4.length > 0 || automatic.dhcp4 === undefined;
  const isEarly6 = set6.length > 0 || automatic.ipv6 === undefined;
  const early4 = [...set4, ...(isEarly4 ? routes4 : [])];
  const early6 = [...set6, ...(isEarly6 ? routes6 : [])];
  const late6 = isEarly6 ? [] : routes6;
  const preUp = automatic.ipv6 === undefined ? [refuseAdvertisements(name)] : [];
  const stanzas: Stanza[] = [];
  if (early4.length > 0) stanzas.push({ link: name, family: 'inet', method: 'manual', up: early4 });
  if (early6.length > 0) stanzas.push({ link: name, family: 'inet6', method: 'manual', preUp, up: early6 });
  if (automatic.ipv6 === 'slaac') stanzas.push({ link: name, family: 'inet6', method: 'auto', up: late6 });
  if (automatic.dhcp4) stanzas.push({ link: name, family: 'inet', method: 'dhcp', up: isEarly4 ? [] : routes4 });
  // dhclient-script(8) takes all permanent IPv6 addresses away before it asks.
  const again = { link: name, family: 'inet6', up: [...set6, ...late6] } as const;
  if (automatic.ipv6 === 'stateful') stanzas.push({ ...again, method: 'dhcp' });
  if (automatic.ipv6 === 'stateless') stanzas.push({ ...again, method: 'auto', keys: ['dhcp 1'] });
  return stanzas;
}
