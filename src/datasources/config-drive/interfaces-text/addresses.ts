// What an iface stanza puts on its link: addresses, routes, name servers.

import type { AddressConfig, AddressMethod, RouteConfig } from '../../../core/network-config.ts';
import {
  formatAddress,
  type IpAddress,
  isHostAddress,
  isLinksOwn,
  isRoutedByKernel,
  isUnspecified,
  networkOf,
  parseAddress,
  parseMask,
  splitPrefix,
} from '../../../network/address.ts';
import { type CommandRoute, readCommand } from './commands.ts';
import { originOf, type Reading, report } from './problems.ts';
import type { IfaceStanza, Line } from './stanzas.ts';

export type StanzaNetworks = {
  readonly addresses: readonly AddressConfig[];
  /** Name servers of a stanza without an address. */
  readonly dns: readonly string[];
};

const methods: Readonly<Record<string, AddressMethod | 'none'>> = {
  ...{ 'inet static': 'static', 'inet dhcp': 'dhcp4', 'inet manual': 'none', 'inet loopback': 'none' },
  ...{ 'inet6 static': 'static', 'inet6 dhcp': 'dhcp6', 'inet6 auto': 'slaac' },
  ...{ 'inet6 manual': 'none', 'inet6 loopback': 'none' },
};

/** `link` is the link of the stanza, without the number of an alias. A part that cannot be used costs that part. */
export function readNetworks(reading: Reading, stanza: IfaceStanza, link: string): StanzaNetworks {
  const { family: word, method: how } = stanza;
  const head = { line: stanza.line, keyword: 'iface' };
  const method = word === undefined || how === undefined ? undefined : methods[`${word} ${how}`];
  if (method === undefined) {
    const found = word === undefined || how === undefined ? 'nothing' : 'another one';
    const message = `expected a family and a method such as "inet static", found ${found}; the stanza is left out`;
    report(reading, head, 'error', 'unsupported-format', message);
    return { addresses: [], dns: [] };
  }
  const family = word === 'inet6' ? 6 : 4;
  const dns = readServers(reading, stanza);
  const given: Given = { reading, stanza, link, family };
  const own = method === 'static' ? readAddresses(given) : [];
  if (method === 'static' && !stanza.options.some(({ keyword }) => keyword === 'address'))
    report(reading, head, 'error', 'missing', 'expected an address, found nothing; the stanza is left out');
  const { routes, more } = readCommands(given);
  const gateways = method === 'none' ? [] : readGateways(given);
  const origin = originOf(reading, stanza);
  const automatic: AddressConfig[] =
    method === 'none' || method === 'static' ? [] : [{ link, family, method, routes: [], dns: [], origin }];
  const addresses = [...own, ...automatic, ...more];
  const placed = placeRoutes(reading, addresses, [...gateways, ...routes]);
  const [first, ...rest] = placed;
  return first === undefined ? { addresses: [], dns } : { addresses: [{ ...first, dns }, ...rest], dns: [] };
}

/** A route and the line that says it. */
type LocatedRoute = { readonly route: RouteConfig; readonly option: Line };

type Given = {
  readonly reading: Reading;
  readonly stanza: IfaceStanza;
  readonly link: string;
  readonly family: 4 | 6;
};

function readAddresses({ reading, stanza, link, family }: Given): AddressConfig[] {
  const origin = originOf(reading, stanza);
  const mask = readMask(reading, stanza, family);
  return stanza.options
    .filter(({ keyword }) => keyword === 'address')
    .flatMap((option): AddressConfig[] => {
      const [bare, length] = splitPrefix(option.words[0] ?? '');
      const ip = parseAddress(bare);
      const found = findAddressProblem(ip, family);
      if (ip === undefined || found !== undefined) {
        report(reading, option, 'error', 'value', `expected an IPv${family} address, found ${found}; it is left out`);
        return [];
      }
      const said = length === undefined ? undefined : parseMask(length, family);
      if (length !== undefined && !said)
        report(reading, option, 'error', 'value', 'expected a prefix length of at least 1 after the slash');
      const prefixLength = said || mask;
      const prefix = prefixLength === undefined ? {} : { prefixLength, prefixOrigin: origin };
      return [{ link, family, method: 'static', address: formatAddress(ip), ...prefix, routes: [], dns: [], origin }];
    });
}

function findAddressProblem(ip: IpAddress | undefined, family: 4 | 6): string | undefined {
  if (ip === undefined) return 'something else';
  if (ip.family !== family || !isHostAddress(ip)) return 'one that no host of this stanza can have';
  return isLinksOwn(ip) ? "a link-local one, which is the link's own business" : undefined;
}

function readMask(reading: Reading, { options }: IfaceStanza, family: 4 | 6): number | undefined {
  const option = options.findLast(({ keyword }) => keyword === 'netmask');
  if (option === undefined) return undefined;
  const mask = parseMask(option.words[0] ?? '', family);
  if (mask) return mask;
  const message = `expected an IPv${family} netmask or prefix length of at least 1, found something else`;
  report(reading, option, 'error', 'value', message);
  return undefined;
}

/** `gateway`, with `metric` where there is one. */
function readGateways({ reading, stanza, family }: Given): LocatedRoute[] {
  const metric = readMetric(reading, stanza);
  return stanza.options
    .filter(({ keyword, words }) => keyword === 'gateway' && words[0] !== 'none')
    .flatMap((option): LocatedRoute[] => {
      const gateway = parseAddress(option.words[0] ?? '');
      if (gateway?.family !== family || isUnspecified(gateway)) {
        report(
          reading,
          option,
          'error',
          'value',
          `expected the IPv${family} address of a router, found something else`,
        );
        return [];
      }
      const destination = formatAddress({ family, value: 0n });
      const route = {
        ...{ family, destination, prefixLength: 0, gateway: formatAddress(gateway) },
        ...(metric === undefined ? {} : { metric }),
        origin: originOf(reading, { line: option.line, name: stanza.name }),
      };
      return [{ route, option }];
    });
}

function readMetric(reading: Reading, { options }: IfaceStanza): number | undefined {
  const option = options.findLast(({ keyword }) => keyword === 'metric');
  if (option === undefined) return undefined;
  const word = option.words[0] ?? '';
  if (/^[0-9]{1,9}$/.test(word)) return Number(word);
  report(reading, option, 'error', 'value', 'expected a whole number, found something else');
  return undefined;
}

const unroutable =
  'expected a network that can be routed to, found a link-local or multicast one; the route is left out';

/** Routes and addresses that the stanza's commands would set. */
function readCommands(given: Given): { routes: LocatedRoute[]; more: AddressConfig[] } {
  const { reading, stanza, link } = given;
  const routes: LocatedRoute[] = [];
  const more: AddressConfig[] = [];
  for (const option of stanza.options) {
    if (!/^(?:up|post-up|pre-up)$/.test(option.keyword)) continue;
    const command = readCommand(option.words, link);
    const origin = originOf(reading, { line: option.line, name: stanza.name });
    if (command === undefined || command.link !== undefined) {
      const what = command === undefined ? 'only routes and addresses are read' : 'it is about another link';
      report(reading, option, 'warning', 'unsupported-key', `this command is not run: ${what}`);
    } else if (command.is === 'route') {
      const route = describeRoute(command, origin);
      if (!isRoutedByKernel(networkOf(command.destination, command.prefixLength))) routes.push({ route, option });
      else report(reading, option, 'error', 'value', unroutable);
    } else if (!isHostAddress(command.address) || isLinksOwn(command.address))
      report(reading, option, 'error', 'value', 'expected the address of a host, found another; it is left out');
    else {
      const { address, prefixLength } = command;
      const prefix = prefixLength === undefined ? {} : { prefixLength, prefixOrigin: origin };
      const common = { link, family: address.family, method: 'static', routes: [], dns: [], origin } as const;
      more.push({ ...common, address: formatAddress(address), ...prefix });
    }
  }
  return { routes, more };
}

function describeRoute(route: CommandRoute, origin: RouteConfig['origin']): RouteConfig {
  const { family, destination, prefixLength, gateway, metric } = route;
  return {
    ...{ family, destination: formatAddress(networkOf(destination, prefixLength)), prefixLength },
    gateway: formatAddress(gateway ?? ({ family, value: 0n } satisfies IpAddress)),
    ...(metric === undefined ? {} : { metric }),
    origin,
  };
}

/** Each route to the first address of its family; a route without one cannot be set. */
function placeRoutes(
  reading: Reading,
  addresses: readonly AddressConfig[],
  routes: readonly LocatedRoute[],
): AddressConfig[] {
  const first = { 4: addresses.find(({ family }) => family === 4), 6: addresses.find(({ family }) => family === 6) };
  for (const { route, option } of routes) {
    if (first[route.family] !== undefined) continue;
    const message = `no IPv${route.family} address of this stanza for the route to start from; it is left out`;
    report(reading, option, 'warning', 'missing', message);
  }
  return addresses.map((entry) => {
    if (entry !== first[entry.family]) return entry;
    return { ...entry, routes: routes.map(({ route }) => route).filter(({ family }) => family === entry.family) };
  });
}

function readServers(reading: Reading, { options }: IfaceStanza): string[] {
  const servers = new Set<string>();
  for (const option of options.filter(isServerLine)) {
    for (const word of option.words) {
      const address = parseAddress(word);
      if (address !== undefined) servers.add(formatAddress(address));
      else report(reading, option, 'error', 'value', 'expected the IP address of a name server, found something else');
    }
  }
  return [...servers];
}

function isServerLine({ keyword }: Line): boolean {
  return keyword === 'dns-nameservers' || keyword === 'dns-nameserver';
}
