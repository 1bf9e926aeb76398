// /etc/sysconfig/network-scripts as the network scripts of the Red Hat family read it (initscripts: ifup-eth, ifup-ipv6, ifup-routes,
// network-functions, network-functions-ipv6): cloud-init forbids NetworkManager its files (NM_CONTROLLED=no).

import { basename } from 'node:path';
import { isInNetwork, parseAddress, parseMask } from '../../src/network/address.ts';
import { readBondPairs } from './bond-words.ts';
import type { EffectiveLink, EffectiveNetwork } from './effective-network.ts';
import { type RouteAttempt, readDestination } from './route-table.ts';

type Variables = Readonly<Record<string, string>>;

/** Files by path. Throws at what it does not understand. */
export function readIfcfg(files: ReadonlyMap<string, string>): EffectiveNetwork {
  const links: Record<string, EffectiveLink> = {};
  const routes: RouteAttempt[] = [];
  const servers = [...(files.get('/etc/resolv.conf') ?? '').matchAll(/^nameserver (\S+)$/gm)].map(
    ([, server = '']) => server,
  );
  const search = [...(files.get('/etc/resolv.conf') ?? '').matchAll(/^search (.+)$/gm)].map(([, list = '']) => list);
  const everywhere = readVariables(files.get('/etc/sysconfig/network') ?? '', 'network');
  const scripts = [...files].filter(([path]) => path.includes('/network-scripts/')).sort();
  for (const [path, text] of scripts.filter(([file]) => basename(file).startsWith('ifcfg-'))) {
    const own = { ...everywhere, ...readVariables(text, path) };
    const name = own['DEVICE'] ?? '';
    if (own['ONBOOT'] !== 'yes') continue;
    links[name] = readLink(own);
    if (own['SLAVE'] === 'yes') continue;
    servers.push(...[own['DNS1'], own['DNS2'], own['DNS3']].filter((server) => server !== undefined));
    search.push(...(own['DOMAIN'] ?? '').split(' ').filter((domain) => domain !== ''));
    // Behind 1000 stands the index of the link.
    if (own['NOZEROCONF'] === undefined)
      routes.push({ link: name, destination: '169.254.0.0/16', metric: 1000 + Object.keys(links).length, how: 'add' });
    routes.push(...readGateways(own, name, links[name].addresses));
    for (const file of [`route-${name}`, `route6-${name}`]) {
      const found = scripts.find(([other]) => basename(other) === file);
      if (found !== undefined) routes.push(...readRouteFile(found[1], file, name));
    }
  }
  return { links, routes, servers, search };
}

/** Assignments of a shell, with or without quotes; nothing else is there. */
function readVariables(text: string, path: string): Variables {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    if (/^\s*(?:#.*)?$/.test(line)) return [];
    const [, name, bare, single, double] = /^(\w+)=(?:([^\s'"$`\\]*)|'([^']*)'|"([^"$`\\]*)")$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`${path}: not understood: ${line}`);
    return [[name, bare ?? single ?? double ?? '']];
  });
  return Object.fromEntries(pairs);
}

function readLink(own: Variables): EffectiveLink {
  const isIpv6 = own['IPV6INIT'] !== 'no' && own['SLAVE'] !== 'yes';
  const second = (own['IPV6ADDR_SECONDARIES'] ?? '').split(' ').filter((text) => text !== '');
  const ipv6 = isIpv6 ? [own['IPV6ADDR'] ?? '', ...second].filter((text) => text !== '') : [];
  const isVlan = own['VLAN'] === 'yes';
  const isBond = own['BONDING_MASTER'] === 'yes' || own['BONDING_OPTS'] !== undefined;
  const pairs = (own['BONDING_OPTS'] ?? '').split(' ').flatMap((word): [string, string][] => {
    const end = word.indexOf('=');
    return end < 0 ? [] : [[word.slice(0, end), word.slice(end + 1)]];
  });
  return {
    kind: isVlan ? 'vlan' : isBond ? 'bond' : 'physical',
    // Beside a lease the scripts set no static IPv4.
    addresses: [...(own['BOOTPROTO'] === 'dhcp' ? [] : readNumbered(own)), ...ipv6],
    ...(own['MTU'] === undefined ? {} : { mtu: Number(own['MTU']) }),
    ...(own['MACADDR'] === undefined ? {} : { mac: own['MACADDR'].toLowerCase() }),
    ...(own['SLAVE'] === 'yes' ? { master: own['MASTER'] ?? '' } : {}),
    ...(isVlan ? { vlan: readVlan(own) } : {}),
    ...(isBond ? { bond: readBondPairs(pairs) } : {}),
    dhcp4: own['BOOTPROTO'] === 'dhcp',
    ...(isIpv6 && own['DHCPV6C'] === 'yes'
      ? { dhcp6: own['DHCPV6C_OPTIONS'] === '-S' ? 'stateless' : 'stateful' }
      : {}),
    ...(isIpv6 ? readAdvertisements(own) : {}),
  };
}

/** Where nothing is said they are taken, as by the kernel itself. */
function readAdvertisements(own: Variables): { advertisements?: 'yes' | 'no' } {
  if (own['IPV6_FORCE_ACCEPT_RA'] === 'yes' || own['IPV6_AUTOCONF'] === 'yes') return { advertisements: 'yes' };
  return own['IPV6_AUTOCONF'] === 'no' ? { advertisements: 'no' } : {};
}

/** IPADDR, IPADDR0, IPADDR1, …: a gap ends the list from 2 on (expand_config of network-functions). */
function readNumbered(own: Variables): string[] {
  const found: string[] = [];
  for (let index = -1; index < 256; index += 1) {
    const suffix = index === -1 ? '' : String(index);
    const address = own[`IPADDR${suffix}`];
    if (address === undefined && index >= 2) break;
    if (address !== undefined)
      found.push(`${address}/${own[`PREFIX${suffix}`] ?? parseMask(own[`NETMASK${suffix}`] ?? '', 4)}`);
  }
  return found;
}

/** VID, else the number behind the dot of the name. */
function readVlan(own: Variables): { parent: string; id: number } {
  const id = own['VID'] ?? /\.(\d+)$/.exec(own['DEVICE'] ?? '')?.[1];
  return { parent: own['PHYSDEV'] ?? '', id: Number(id) };
}

/**
 * ifup-eth sets the gateway beside static addresses, when it is in the subnet of the first, in place of another default route of the same
 * metric; ifup-ipv6 wants the link of a link-local one behind a `%`.
 */
function readGateways(own: Variables, link: string, addresses: readonly string[]): RouteAttempt[] {
  const found: RouteAttempt[] = [];
  const first = addresses.find((address) => !address.includes(':'));
  if (own['GATEWAY'] !== undefined && own['DEFROUTE'] !== 'no' && first !== undefined) {
    const metric = own['METRIC'] === undefined ? {} : { metric: Number(own['METRIC']) };
    const refused = isInSubnet(own['GATEWAY'], first) ? {} : { refused: 'outside the subnet' };
    found.push({ link, destination: '0.0.0.0/0', via: own['GATEWAY'], ...metric, how: 'replace', ...refused });
  }
  const [ipv6, scope] = (own['IPV6_DEFAULTGW'] ?? '').split('%');
  if (ipv6 !== undefined && ipv6 !== '') {
    const refused = ipv6.startsWith('fe80:') && scope === undefined ? { refused: 'no link is named' } : {};
    found.push({ link, destination: '::/0', via: ipv6, how: 'add', ...refused });
  }
  return found;
}

function isInSubnet(gateway: string, subnet: string): boolean {
  const [address = '', length = ''] = subnet.split('/');
  const [own, other] = [parseAddress(address), parseAddress(gateway)];
  return own !== undefined && other !== undefined && isInNetwork(other, own, Number(length));
}

/**
 * Either ADDRESS0, NETMASK0, GATEWAY0, …, of which the scripts pass over METRIC0, or what `ip route add` takes, a line each. What cannot
 * be added takes the place of what is there (ifup-routes).
 */
function readRouteFile(text: string, file: string, link: string): RouteAttempt[] {
  const lines = text.split('\n').filter((line) => !/^\s*(?:#.*)?$/.test(line));
  if (!lines.some((line) => line.startsWith('ADDRESS')))
    return lines.map((line) => readRouteLine(line, file.startsWith('route6-') ? 6 : 4, link));
  const own = readVariables(text, file);
  const found: RouteAttempt[] = [];
  for (let index = 0; own[`ADDRESS${index}`] !== undefined; index += 1) {
    const target = `${own[`ADDRESS${index}`]}/${parseMask(own[`NETMASK${index}`] ?? '', 4)}`;
    const via = own[`GATEWAY${index}`];
    const destination = readDestination(target, 4);
    found.push({ link, destination, ...(via === undefined ? {} : { via }), how: 'replace' });
  }
  return found;
}

function readRouteLine(line: string, family: 4 | 6, link: string): RouteAttempt {
  const [target = '', ...words] = line.trim().split(/\s+/);
  const options = new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])));
  const isKnown = [...options.keys()].every((word) => ['via', 'dev', 'metric'].includes(word));
  if (!isKnown || options.get('dev') !== link) throw new Error(`${link}: not understood: ${line}`);
  const [via, metric] = [options.get('via'), options.get('metric')];
  return {
    ...{ link, destination: readDestination(target, family), how: 'replace' },
    ...(via === undefined ? {} : { via }),
    ...(metric === undefined ? {} : { metric: Number(metric) }),
  };
}
