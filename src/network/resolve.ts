// Brings the network that the drive asks for to this guest: links by their own names, one consistent model, every loss named.

import type { Diagnostic } from '../core/diagnostic.ts';
import { maxDiagnostics } from '../core/diagnostic-list.ts';
import type { Facts } from '../core/facts.ts';
import type { AddressConfig, NetworkConfig } from '../core/network-config.ts';
import type { Policy } from '../core/policy.ts';
import type { Automatic, ResolvedAddress, ResolvedLink, ResolvedNetwork } from '../core/resolved-network.ts';
import { formatAddress, parseAddress } from './address.ts';
import { guessGateway, needsGatewayGuess } from './gateway.ts';
import { settleReserved } from './reserved-address.ts';
import { draftLinks, type LinkDraft, type Note } from './resolve-links.ts';
import { carriedBy, settleMtus } from './resolve-mtu.ts';
import {
  collectOwn,
  findOffLink,
  type OwnAddresses,
  resolveRoute,
  resolveRoutes,
  settleMetrics,
} from './resolve-routes.ts';

export type Resolution = {
  readonly network: ResolvedNetwork;
  readonly diagnostics: readonly Diagnostic[];
  /** One sentence for each link that has networks and is not there; when there is one, the run ends with exit 22. Not repeated in `diagnostics`. */
  readonly missingLinks: readonly string[];
};

type Resolving = {
  readonly network: NetworkConfig;
  readonly policy: Policy;
  readonly note: Note;
  /** First link of each address. */
  readonly holders: Map<string, string>;
  /** Something leads out over IPv4, so that nothing need be guessed. */
  hasWayOut: boolean;
  hasFailedGuess: boolean;
};

/** Pure: the same network, facts and policy give the same result. */
export function resolveNetwork(given: { network: NetworkConfig; facts: Facts; policy: Policy }): Resolution {
  const { policy } = given;
  const network = settleReserved(given.network, given);
  const diagnostics: Diagnostic[] = [];
  const note: Note = (severity, code, origin, message) =>
    diagnostics.push({ severity, code, source: origin.source, message });
  const hasWayOut = network.addresses.some(
    ({ method, routes }) =>
      method === 'dhcp4' || routes.some(({ family, prefixLength }) => family === 4 && prefixLength === 0),
  );
  const resolving: Resolving = { network, policy, note, holders: new Map(), hasWayOut, hasFailedGuess: false };
  const { drafts, missingLinks } = draftLinks({ ...given, network }, note);
  const links = [...new Set(drafts.values())];
  settleMtus(links, note);
  const byName = new Map(links.map((link) => [link.name, link]));
  const entries = new Map<LinkDraft, AddressConfig[]>(links.map((link) => [link, []]));
  for (const entry of network.addresses) {
    const link = drafts.get(entry.link);
    if (link !== undefined) entries.get(link)?.push(entry);
  }
  const configured = links.map((link) =>
    resolveAddresses(resolving, { link, entries: entries.get(link) ?? [], mtu: carriedBy(link, byName) }),
  );
  const own = collectOwn(configured.map(({ link }) => link));
  const routed = configured.map((item) => addRoutes(resolving, item, own));
  const result = { links: assignGlobalServers(resolving, settleMetrics(routed, note)) };
  noteDefaultRoute(resolving, result);
  return { network: result, diagnostics, missingLinks: shorten(missingLinks) };
}

/** As many are named as diagnostics are told. */
function shorten(sentences: readonly string[]): readonly string[] {
  const over = sentences.length - maxDiagnostics;
  if (over <= 0) return sentences;
  return [...sentences.slice(0, maxDiagnostics), `${over} more ${over === 1 ? 'link is' : 'links are'} not there`];
}

/** A link with its addresses, and the networks that are in use on it. */
type Configured = { readonly link: ResolvedLink; readonly entries: readonly AddressConfig[] };

/** Of one link: each IPv4 address is set with all others of the link in view. Clouds give a port 5 unless told. */
const mostAddresses = 256;

/** RFC 8200 section 5: below, the kernel takes IPv6 off the link. */
const leastIpv6Mtu = 1280;

function resolveAddresses(
  resolving: Resolving,
  { link, entries, mtu }: { link: LinkDraft; entries: readonly AddressConfig[]; mtu: number | undefined },
): Configured {
  const { name, memberOf } = link;
  const { note } = resolving;
  const addresses = new Map<string, ResolvedAddress>();
  const automatic: { -readonly [K in keyof Automatic]: Automatic[K] } = {};
  const dns = new Set<string>();
  const inUse: AddressConfig[] = [];
  for (const entry of entries) {
    const { family, method, origin } = entry;
    if (memberOf !== undefined) {
      note('error', 'conflict', origin, `${name} is a member of ${memberOf} and has no address of its own; not used`);
      continue;
    }
    if (family === 6 && mtu !== undefined && mtu < leastIpv6Mtu) {
      const message = `${name}: IPv6 needs an MTU of at least ${leastIpv6Mtu}, the link has ${mtu}; the address is not set`;
      note('error', 'conflict', origin, message);
      continue;
    }
    for (const server of entry.dns) dns.add(server);
    if (method === 'dhcp4') automatic.dhcp4 = true;
    else if (method === 'dhcp6') automatic.ipv6 = 'stateful';
    else if (method === 'dhcp6-stateless') automatic.ipv6 = automatic.ipv6 === 'stateful' ? 'stateful' : 'stateless';
    else if (method === 'slaac') automatic.ipv6 ??= 'slaac';
    else {
      const address = resolveAddress(resolving, name, entry);
      if (address === undefined) continue;
      if (!addresses.has(address.address) && addresses.size >= mostAddresses) {
        note('error', 'limit', origin, `${name} has ${mostAddresses} addresses already; this one is not set`);
        continue;
      }
      const twin = addresses.get(address.address);
      if (twin === undefined) addresses.set(address.address, address);
      else noteTwin(resolving, name, { twin, address });
    }
    inUse.push(entry);
  }
  const { entries: _, level: __, ...shape } = link;
  return {
    link: { ...shape, automatic, addresses: [...addresses.values()], routes: [], dns: [...dns] },
    entries: inUse,
  };
}

/** The kernel could have both, and each brings the route to its subnet: only the same prefix length, or one that is guessed, loses nothing. */
function noteTwin(
  { note }: Resolving,
  name: string,
  { twin, address: { address, prefixLength, guess, origin } }: { twin: ResolvedAddress; address: ResolvedAddress },
): void {
  const isSame = guess !== undefined || prefixLength === twin.prefixLength;
  if (isSame) note('warning', 'duplicate-key', origin, `${name} has ${address} already; its routes are added`);
  else
    note(
      'error',
      'conflict',
      origin,
      `${name} has ${address}/${twin.prefixLength} already, this one is not set as /${prefixLength}; its routes are added`,
    );
}

function resolveAddress(
  { policy, note, holders }: Resolving,
  name: string,
  { address, prefixLength, origin }: AddressConfig,
): ResolvedAddress | undefined {
  const parsed = address === undefined ? undefined : parseAddress(address);
  if (parsed === undefined) return undefined;
  const { family } = parsed;
  const text = formatAddress(parsed);
  const holder = holders.get(text);
  if (holder === undefined) holders.set(text, name);
  else if (holder !== name) note('warning', 'conflict', origin, `${text} is on ${holder} and on ${name}`);
  const fallback = family === 4 ? policy.network.default_prefix : 64;
  const setting = family === 4 ? 'config: network.default_prefix' : 'the usual IPv6 prefix';
  return {
    ...{ family, address: text, prefixLength: prefixLength ?? fallback, origin },
    ...(prefixLength === undefined ? { guess: `/${fallback} (${setting})` } : {}),
  };
}

function addRoutes(resolving: Resolving, { link, entries }: Configured, own: OwnAddresses): ResolvedLink {
  const routes = resolveRoutes(link, { entries, own, note: resolving.note });
  for (const entry of entries) {
    if (resolving.hasWayOut || !needsGatewayGuess(entry)) continue;
    const guessed = guessRoute(resolving, link.name, entry);
    const route = guessed === undefined ? undefined : resolveRoute(guessed, findOffLink(link));
    if (route !== undefined) routes.push(route);
  }
  return { ...link, routes };
}

function guessRoute(
  resolving: Resolving,
  name: string,
  { address, origin }: AddressConfig,
): Parameters<typeof resolveRoute>[0] | undefined {
  const setting = resolving.policy.network.default_gateway;
  const parsed = parseAddress(address ?? '');
  if (parsed === undefined || setting === 'none') return undefined;
  const guessed = guessGateway(parsed, setting);
  if (guessed === undefined) {
    const message = `${name}: no gateway: nothing says it, and the guess is the guest's own address (config: network.default_gateway)`;
    resolving.note('warning', 'guess', origin, message);
    resolving.hasFailedGuess = true;
    return undefined;
  }
  resolving.hasWayOut = true;
  return {
    ...{ family: 4, destination: '0.0.0.0', prefixLength: 0, ...guessed },
    origin: { source: origin.source, guessedBy: 'network.default_gateway' },
  };
}

/** Name servers of the whole guest go to the link that leads to the world, else to the first that has addresses at all. */
function assignGlobalServers({ network, note }: Resolving, links: readonly ResolvedLink[]): readonly ResolvedLink[] {
  // A server of a network stays where that network is: it may answer there only.
  const known = new Set(links.flatMap((link) => link.dns));
  const added = [...new Set(network.dns)].filter((server) => !known.has(server));
  if (added.length === 0) return links;
  const home =
    links.find((link) => link.routes.some(({ prefixLength }) => prefixLength === 0)) ??
    links.find(({ automatic }) => automatic.dhcp4 === true || automatic.ipv6 !== undefined) ??
    links.find((link) => link.addresses.length > 0);
  if (home === undefined) {
    const origin = { source: 'openstack/latest/network_data.json services' };
    note('note', 'missing', origin, 'no link has an address; the name servers are not used');
    return links;
  }
  return links.map((link) => (link === home ? { ...link, dns: [...link.dns, ...added] } : link));
}

/** A guest with static IPv4 and no way out is legal, yet rarely meant: said once. */
function noteDefaultRoute({ note, hasFailedGuess }: Resolving, { links }: ResolvedNetwork): void {
  const link = links.find(({ addresses }) => addresses.some(({ family }) => family === 4));
  const address = link?.addresses.find(({ family }) => family === 4);
  if (link === undefined || address === undefined || hasFailedGuess) return;
  const hasWayOut = links.some(
    ({ routes, automatic }) =>
      automatic.dhcp4 === true || routes.some(({ family, prefixLength }) => family === 4 && prefixLength === 0),
  );
  if (hasWayOut) return;
  const message = `${link.name} ${address.address}/${address.prefixLength}: no default route; the drive gives no gateway`;
  note('note', 'missing', address.origin, message);
}
