// networks[] of network_data.json: addresses with prefix, routes and name servers.

import type { AddressConfig, AddressMethod, LinkConfig } from '../../core/network-config.ts';
import {
  addressBits,
  formatAddress,
  type IpAddress,
  isHostAddress,
  isLinksOwn,
  parseAddress,
  parseMask,
  splitPrefix,
} from '../../network/address.ts';
import { readNameservers, readServers } from './network-data-dns.ts';
import {
  type Fields,
  fieldOf,
  type KeyPath,
  originOf,
  type Reading,
  readLimitedMaps,
  readText,
  report,
} from './network-data-fields.ts';
import { readMask } from './network-data-mask.ts';
import { readRoutes } from './network-data-routes.ts';

type Kind = { readonly family?: 4 | 6; readonly method: AddressMethod };

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['ipv4', { family: 4, method: 'static' }],
  ['ipv6', { family: 6, method: 'static' }],
  ['static', { method: 'static' }],
  ['static4', { family: 4, method: 'static' }],
  ['static6', { family: 6, method: 'static' }],
  ['ipv4_dhcp', { family: 4, method: 'dhcp4' }],
  ['dhcp', { family: 4, method: 'dhcp4' }],
  ['dhcp4', { family: 4, method: 'dhcp4' }],
  ['ipv6_dhcp', { family: 6, method: 'dhcp6' }],
  ['dhcp6', { family: 6, method: 'dhcp6' }],
  ['ipv6_dhcpv6-stateful', { family: 6, method: 'dhcp6' }],
  ['ipv6_dhcpv6-stateless', { family: 6, method: 'dhcp6-stateless' }],
  ['ipv6_slaac', { family: 6, method: 'slaac' }],
]);

/** All networks that can be used. Ids are no key: CloudStack gives the IPv4 and the IPv6 network of a NIC the same one. */
export function readNetworks(reading: Reading, document: Fields, links: readonly LinkConfig[]): AddressConfig[] {
  const known = new Set(links.map((link) => link.id));
  const seen = new Set<string>();
  const addresses: AddressConfig[] = [];
  for (const { fields, path } of readLimitedMaps(reading, document, 'networks', [])) {
    const network = readNetwork(reading, fields, path, known);
    if (network === undefined) continue;
    const key = spellContent(network);
    if (seen.has(key)) report(reading, path, 'warning', 'duplicate-key', 'an earlier network says the same; it counts');
    else addresses.push(network);
    seen.add(key);
  }
  return addresses;
}

/** All that a network says, without the places where it says it. */
function spellContent(network: AddressConfig): string {
  return JSON.stringify(network, (key, value: unknown) => (/^(?:origin|prefixOrigin)$/.test(key) ? undefined : value));
}

function readNetwork(
  reading: Reading,
  fields: Fields,
  path: KeyPath,
  known: ReadonlySet<string>,
): AddressConfig | undefined {
  const link = readLinkOf(reading, fields, path, known);
  if (link === undefined) return undefined;
  const type = readText(reading, fields, 'type', path);
  const kind = type === undefined ? undefined : kinds.get(type);
  if (kind === undefined && fieldOf(fields, 'ip_address') === undefined) {
    report(
      reading,
      path,
      'error',
      'value',
      `expected a known type such as "ipv4", found ${type === undefined ? 'nothing' : 'another one'}`,
    );
    return undefined;
  }
  if (kind === undefined)
    report(reading, path, 'warning', 'value', 'unknown type of network with an address; read as a static one');
  const origin = originOf(reading, path);
  const dns = [...readServers(reading, fields, path), ...readNameservers(reading, fields, path)];
  if (kind !== undefined && kind.method !== 'static') {
    const family = kind.family ?? 4;
    const routes = readRoutes(reading, fields, path, { family, dns });
    return { link, family, method: kind.method, routes, dns: [...new Set(dns)], origin };
  }
  const address = readAddress(reading, fields, path, kind?.family);
  if (address === undefined) return undefined;
  const { family } = address.ip;
  const routes = readRoutes(reading, fields, path, { family, own: address.ip, dns });
  const prefix = address.prefixLength === undefined ? {} : { prefixLength: address.prefixLength, prefixOrigin: origin };
  return {
    link,
    family,
    method: 'static',
    address: formatAddress(address.ip),
    ...prefix,
    routes,
    dns: [...new Set(dns)],
    origin,
  };
}

function readLinkOf(reading: Reading, fields: Fields, path: KeyPath, known: ReadonlySet<string>): string | undefined {
  const link = readText(reading, fields, 'link', path);
  const [only] = known;
  if (link !== undefined && known.has(link)) return link;
  if (link === undefined && only !== undefined && known.size === 1) {
    report(reading, path, 'warning', 'missing', 'expected the id of a link, found nothing; the only link is meant');
    return only;
  }
  report(
    reading,
    path,
    'error',
    'missing',
    link === undefined
      ? 'expected the id of a link, found nothing'
      : 'no usable link has the id that this network names',
  );
  return undefined;
}

type PrefixedAddress = { readonly ip: IpAddress; readonly prefixLength?: number };

function readAddress(
  reading: Reading,
  fields: Fields,
  path: KeyPath,
  family: 4 | 6 | undefined,
): PrefixedAddress | undefined {
  const text = readText(reading, fields, 'ip_address', path) ?? readText(reading, fields, 'address', path);
  const expected = family === undefined ? 'an IP address' : `an IPv${family} address`;
  if (text === undefined) {
    report(reading, path, 'error', 'missing', `expected ip_address, ${expected}, found nothing`);
    return undefined;
  }
  const at = fieldOf(fields, 'ip_address') === undefined ? 'address' : 'ip_address';
  const [bare, length] = splitPrefix(text);
  const ip = parseAddress(bare);
  const problem = findAddressProblem(ip);
  if (ip === undefined || problem !== undefined) {
    report(reading, [...path, at], 'error', 'value', `expected ${expected}, found ${problem}`);
    return undefined;
  }
  if (family !== undefined && ip.family !== family) {
    report(
      reading,
      [...path, at],
      'warning',
      'conflict',
      `expected ${expected}, found an IPv${ip.family} address; the address counts`,
    );
  }
  const fromLength = length === undefined ? undefined : parseMask(length, ip.family);
  const fromMask = readMask(reading, fields, path, ip.family);
  if (length !== undefined && fromLength === undefined) {
    report(
      reading,
      [...path, at],
      'error',
      'value',
      `expected a prefix length from 1 to ${addressBits(ip.family)} after the slash`,
    );
  }
  if (fromLength !== undefined && fromMask !== undefined && fromLength !== fromMask) {
    report(
      reading,
      [...path, 'netmask'],
      'warning',
      'conflict',
      `netmask says /${fromMask} and ip_address /${fromLength}; netmask counts`,
    );
  }
  const prefixLength = fromMask ?? fromLength;
  if (prefixLength !== 0) return prefixLength === undefined ? { ip } : { ip, prefixLength };
  report(reading, [...path, at], 'error', 'value', 'expected a prefix length of at least 1, found 0; it is left out');
  return { ip };
}

function findAddressProblem(ip: IpAddress | undefined): string | undefined {
  if (ip === undefined) return 'another string';
  if (!isHostAddress(ip)) return 'one that no host can have';
  return isLinksOwn(ip) ? "a link-local one, which is the link's own business" : undefined;
}
