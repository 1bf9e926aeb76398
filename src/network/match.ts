// Which NIC of the guest is meant by a link of the drive: by MAC address, else by name or because there is only one.

import type { LinkFact } from '../core/facts.ts';
import type { LinkConfig, NetworkConfig } from '../core/network-config.ts';
import { shortenInfiniBand } from './mac.ts';

export type LinkMatch = { readonly fact: LinkFact; readonly by: 'mac' | 'name' | 'interface' | 'only' };

export type LinkMatches = {
  /** By link id. */
  readonly found: ReadonlyMap<string, LinkMatch>;
  /** By link id: the sentence for the operator. */
  readonly missing: ReadonlyMap<string, string>;
};

/**
 * Finds the guest's link for each of `links` (physical ones; others are skipped). A MAC address decides where there is one: a
 * hardware NIC before a veth, never a bridge, bond, VLAN or macvlan, which share the address of their NIC. A link without MAC is
 * the one that bears the name or id that the drive gives it, else the one named `interfaceName` (policy network.interface), else the
 * only NIC that no other link has claimed.
 */
export function matchLinks(
  links: readonly LinkConfig[],
  facts: readonly LinkFact[],
  interfaceName: string,
): LinkMatches {
  const found = new Map<string, LinkMatch>();
  const missing = new Map<string, string>();
  const physical = links.filter((link) => link.kind === 'physical');
  const byMac = indexByMac(facts);
  for (const link of physical) {
    if (link.mac === undefined) continue;
    const match = findByMac(link, link.mac, byMac, facts);
    if (typeof match === 'string') missing.set(link.id, match);
    else found.set(link.id, { fact: match, by: 'mac' });
  }
  const nameless = physical.filter((link) => link.mac === undefined);
  if (nameless.length === 0) return { found, missing };
  const free = new Map(facts.map((fact) => [fact.name, fact]));
  for (const { fact } of found.values()) free.delete(fact.name);
  const rest = nameless.filter((link) => {
    const fact = findByName(link, free);
    if (fact === undefined) return true;
    found.set(link.id, { fact, by: 'name' });
    free.delete(fact.name);
    return false;
  });
  for (const link of rest) {
    const match = findWithoutMac(link, { facts, free, interfaceName });
    if (typeof match === 'string') missing.set(link.id, match);
    else {
      found.set(link.id, match);
      free.delete(match.fact.name);
    }
  }
  return { found, missing };
}

/** All links with a MAC address, by it; an InfiniBand one by both of its forms. */
function indexByMac(facts: readonly LinkFact[]): Map<string, LinkFact[]> {
  const byMac = new Map<string, LinkFact[]>();
  for (const fact of facts) {
    const mac = fact.mac.toLowerCase();
    for (const form of [mac, shortenInfiniBand(mac)]) {
      if (form === undefined) continue;
      const same = byMac.get(form);
      if (same === undefined) byMac.set(form, [fact]);
      else same.push(fact);
    }
  }
  return byMac;
}

/** The NIC itself before one that is only like it: an InfiniBand one whose short form is the MAC address of an Ethernet one. */
function listCandidates(mac: string, byMac: ReadonlyMap<string, readonly LinkFact[]>): readonly LinkFact[] {
  const same = byMac.get(mac) ?? [];
  const exact = same.filter((fact) => fact.mac.toLowerCase() === mac);
  const meant = exact.some(({ ethernet }) => ethernet) ? exact : same;
  const hardware = meant.filter((fact) => fact.physical);
  return hardware.length > 0 ? hardware : meant.filter((fact) => fact.ethernet);
}

function findByMac(
  link: LinkConfig,
  mac: string,
  byMac: ReadonlyMap<string, readonly LinkFact[]>,
  facts: readonly LinkFact[],
): LinkFact | string {
  const candidates = listCandidates(mac, byMac);
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const where = shortenPath(link.origin.source);
  if (only !== undefined)
    return `several NICs have MAC ${mac} (${where}): ${candidates.map((fact) => fact.name).join(', ')}`;
  return `no NIC has MAC ${mac} (${where}); present: ${describeNics(listNics(facts))}`;
}

/** Of a link without MAC: only NICs, since a bond or a bridge of that name is not what the drive speaks of. */
function findByName({ id, name }: LinkConfig, free: ReadonlyMap<string, LinkFact>): LinkFact | undefined {
  return [name, id].map((word) => free.get(word ?? '')).find((fact) => fact?.ethernet);
}

function findWithoutMac(
  link: LinkConfig,
  given: { facts: readonly LinkFact[]; free: ReadonlyMap<string, LinkFact>; interfaceName: string },
): LinkMatch | string {
  const { facts, free, interfaceName } = given;
  const named = free.get(interfaceName);
  if (named !== undefined) return { fact: named, by: 'interface' };
  const nics = listNics([...free.values()]);
  const [only] = nics;
  if (only !== undefined && nics.length === 1) return { fact: only, by: 'only' };
  const where = shortenPath(link.origin.source);
  const present = `present: ${describeNics([...new Set([...listNics(facts), ...nics])], free)}`;
  if (only === undefined) return `no NIC is left for ${where}, which names no MAC; ${present}`;
  return `which NIC is meant by ${where} is not said: no MAC, none is named ${interfaceName} (config: network.interface); ${present}`;
}

/**
 * What a guest that is still starting may yet get: the first NIC that `network` has addresses for and that is not there. Undefined when
 * waiting would change nothing. In the words of the console: `NIC fa:16:3e:00:00:05`, `a NIC`.
 */
export function findAwaitedNic(network: NetworkConfig, facts: readonly LinkFact[]): string | undefined {
  const used = new Set(network.addresses.map((entry) => entry.link));
  const byMac = indexByMac(facts);
  for (const { id, kind, mac } of network.links) {
    if (kind !== 'physical' || !used.has(id)) continue;
    if (mac === undefined && listNics(facts).length === 0) return 'a NIC';
    if (mac !== undefined && !byMac.get(mac)?.some((fact) => fact.ethernet)) return `NIC ${mac}`;
  }
  return undefined;
}

/** The NICs that could carry the instance's address: hardware, or veth where there is no hardware (containers). */
export function listNics(facts: readonly LinkFact[]): readonly LinkFact[] {
  const hardware = facts.filter((fact) => fact.physical);
  return hardware.length > 0 ? hardware : facts.filter((fact) => fact.ethernet);
}

const mostNamed = 8;

/** Where `free` is told, NICs that are not in it belong to other links of the drive. */
function describeNics(nics: readonly LinkFact[], free?: ReadonlyMap<string, LinkFact>): string {
  if (nics.length === 0) return 'none';
  const isTaken = ({ name }: LinkFact): boolean => free?.has(name) === false;
  const named = nics.slice(0, mostNamed).map((fact) => `${fact.name} ${fact.mac}${isTaken(fact) ? ' (taken)' : ''}`);
  return nics.length > mostNamed ? `${named.join(', ')} and ${nics.length - mostNamed} more` : named.join(', ');
}

/** `openstack/latest/network_data.json links[0]` as the console shows it: `network_data.json links[0]`. */
function shortenPath(source: string): string {
  return source.replace(/^\S*\/(?=[^\s/]+(?:\s|$))/, '');
}
