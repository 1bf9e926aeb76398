// interfaces(5) as ifupdown reads it: of `ifup --no-act --verbose` the commands that it would run, of `ifquery` the words that its hooks
// get. Commands that are not understood are refused, so that nothing goes unread. Packages ifenslave and net-tools, which cloud-init's
// files need, are taken to be installed.

import { parseMask } from '../../src/network/address.ts';
import { readBondPairs } from './bond-words.ts';
import type { EffectiveLink, EffectiveNetwork } from './effective-network.ts';
import { type RouteAttempt, readDestination } from './route-table.ts';

/** What ifupdown says of a file. */
export type IfupdownReading = {
  /** Output of `ifup --no-act --verbose --force --all`. */
  readonly commands: string;
  /** Output of `ifquery LINK`, by link; only of those that are brought up at boot. */
  readonly words: ReadonlyMap<string, string>;
};

type Draft = { -readonly [key in keyof EffectiveLink]: EffectiveLink[key] } & { addresses: string[] };

/** `nics` by name. Throws at a command that is not understood. */
export function readInterfaces({ commands, words }: IfupdownReading, nics: readonly string[]): EffectiveNetwork {
  const drafts = new Map<string, Draft>();
  const options = new Map<string, [string, string][]>();
  const routes: RouteAttempt[] = [];
  const servers: string[] = [];
  const search: string[] = [];
  const draft = (name: string): Draft => {
    const found = drafts.get(name) ?? { kind: 'physical', addresses: [], dhcp4: false };
    drafts.set(name, found);
    return found;
  };
  for (const [name, text] of words) {
    if (name !== 'lo') draft(name);
    for (const [key, value] of readWords(text)) {
      if (key === 'dns_nameservers') servers.push(...value.split(' '));
      if (key === 'dns_search') search.push(...value.split(' '));
      // The hook of package ifenslave.
      if (key === 'bond_master') draft(name).master = value;
      if (key === 'bond_slaves') draft(name).kind = 'bond';
      const option = /^bond_(.+)$/.exec(key)?.[1];
      if (option === undefined || ['master', 'slaves'].includes(option)) continue;
      options.set(name, [...(options.get(name) ?? []), [option, value]]);
    }
  }
  // The loopback is brought up before anything is asked for.
  let current = 'lo';
  for (const raw of commands.split('\n')) {
    const line = raw.replace(/\s+/g, ' ').trim();
    const heading = /^ifup: configuring interface (\S+)=/.exec(line)?.[1];
    if (heading !== undefined) current = heading;
    else if (line !== '' && current !== 'lo') readCommand(line, current);
  }
  for (const [name, found] of drafts) if (found.kind === 'bond') found.bond = readBondPairs(options.get(name) ?? []);
  const missing = [...drafts].filter(([name, { kind }]) => kind === 'physical' && !nics.includes(name));
  if (missing.length > 0) throw new Error(`nothing makes the link ${missing.map(([name]) => name).join(', ')}`);
  return { links: Object.fromEntries(drafts), routes, servers, search };

  function readCommand(line: string, link: string): void {
    const own = draft(link);
    for (const [pattern, read] of readers) {
      const match = pattern.exec(line);
      if (match === null) continue;
      read({ own, link, words: match.slice(1), draft, routes, options });
      return;
    }
    throw new Error(`${link}: not understood: ${line}`);
  }
}

/** Of `ifquery`: dashes of keys become underscores, as in the hooks' environment; the last of two wins there. */
function readWords(text: string): [string, string][] {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const [, key, value] = /^([^:\s]+): (.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key.replaceAll('-', '_'), value]];
  });
  return pairs.filter(([key], index) => pairs.findLastIndex(([other]) => other === key) === index);
}

type Reading = {
  readonly own: Draft;
  readonly link: string;
  readonly words: readonly string[];
  readonly draft: (name: string) => Draft;
  readonly routes: RouteAttempt[];
  readonly options: Map<string, [string, string][]>;
};

const nothing = (): void => {};

const readers: readonly (readonly [RegExp, (reading: Reading) => void])[] = [
  [/^ip (?:-6 )?addr (?:add|replace) (\S+) /, addAddress],
  [/^ip link set dev \S+ (?!down)(.*)$/, setLink],
  [/^ip (-6 )?route (add|replace) (.*)$/, ({ words, link, routes }) => routes.push(readIpRoute(words, link))],
  [
    /^route add (.*?)(?: \|\| true)?$/,
    ({ words, link, routes }) => routes.push(readNetToolsRoute(words[0] ?? '', link)),
  ],
  [
    /dhclient -4 /,
    ({ own }) => {
      own.dhcp4 = true;
    },
  ],
  [
    /dhclient -6 (.*-S )?/,
    ({ own, words }) => {
      own.dhcp6 = words[0] === undefined ? 'stateful' : 'stateless';
    },
  ],
  [/^sysctl -q -e -w net\.ipv6\.conf\.\S+\.accept_ra=(\d)$/, setAdvertisements],
  [/^echo (\d) > \/proc\/sys\/net\/ipv6\/conf\/\S+\/accept_ra$/, setAdvertisements],
  [/^if \[ "\$\(cat \/sys\/class\/net\/\S+\/mtu\)" -lt (\d+) \]; then ip link set dev /, setIpv6Mtu],
  [/ip link add link (\S+) name (\S+) type vlan id (\d+)/, makeVlan],
  [
    /^test -d \S+ \|\| ip link add name (\S+) type bond /,
    ({ draft, words }) => {
      draft(words[0] ?? '').kind = 'bond';
    },
  ],
  [/^cd \/sys\/class\/net\/(\S+)\/bonding && (.*)$/, readSysfs],
  [
    /^echo (\S+) > \/sys\/class\/net\/(\S+)\/bonding\/primary \|\| true$/,
    ({ words, options }) => {
      const [value = '', name = ''] = words;
      options.set(name, [...(options.get(name) ?? []), ['primary', value]]);
    },
  ],
  [
    /ip link set dev (\S+) down && ip link set dev \S+ master (\S+);/,
    ({ words, draft }) => {
      const [member = '', master = ''] = words;
      draft(member).master = master;
    },
  ],
  [
    /^(?:modprobe -q|ip addr flush dev|\/lib\/ifupdown\/wait-for-ll6|sysctl -q -e -w net\.ipv6\.conf\.\S+\.autoconf=)/,
    nothing,
  ],
];

function addAddress({ own, words }: Reading): void {
  const [address = '', length = ''] = (words[0] ?? '').split('/');
  const text = `${address}/${length.includes('.') ? parseMask(length, 4) : length}`;
  if (!own.addresses.includes(text)) own.addresses.push(text);
}

function setLink({ own, words }: Reading): void {
  const text = (words[0] ?? '').replace(/ 2>\/dev\/null.*$/, '');
  const mtu = /\bmtu (\d+)/.exec(text)?.[1];
  const mac = /\baddress (\S+)/.exec(text)?.[1];
  const rest = text
    .replace(/\b(?:mtu|address) \S+/g, '')
    .replace(/\bup\b/, '')
    .trim();
  if (rest !== '') throw new Error(`not understood: ip link set ${text}`);
  if (mtu !== undefined) own.mtu = Number(mtu);
  if (mac !== undefined) own.mac = mac.toLowerCase();
}

/** Of a stanza of IPv6: ifupdown makes the link's MTU larger for it, never smaller. */
function setIpv6Mtu({ own, words }: Reading): void {
  const mtu = Number(words[0]);
  if ((own.mtu ?? 1500) < mtu) own.mtu = mtu;
  else if ((own.mtu ?? 1500) > mtu) own.ipv6Mtu = mtu;
}

/** 2 is 1 for routers too. */
function setAdvertisements({ own, words }: Reading): void {
  own.advertisements = words[0] === '0' ? 'no' : 'yes';
}

/** Made once: ifup makes one by its name only where it is not there yet. */
function makeVlan({ words, draft }: Reading): void {
  const [parent = '', name = '', id] = words;
  if (draft(name).vlan !== undefined) return;
  Object.assign(draft(name), { kind: 'vlan', vlan: { parent, id: Number(id) } });
}

function readSysfs({ words, options }: Reading): void {
  const [name = '', text = ''] = words;
  const pairs = [...text.matchAll(/echo (\S+) > (\w+)/g)].map(([, value = '', key = '']): [string, string] => [
    key,
    value,
  ]);
  const targets = pairs.filter(([key]) => key === 'arp_ip_target').map(([, value]) => value.replace(/^\+/, ''));
  const others = pairs.filter(([key]) => key !== 'arp_ip_target');
  const joined: [string, string][] = targets.length === 0 ? [] : [['arp_ip_target', targets.join(',')]];
  options.set(name, [...(options.get(name) ?? []), ...others, ...joined]);
}

/** ip-route(8). */
function readIpRoute([six, how, text = '']: readonly string[], link: string): RouteAttempt {
  const [target = '', ...rest] = text.split(' ');
  const flags = rest.filter((word) => word === 'onlink');
  const pairs = rest.filter((word) => word !== 'onlink');
  const value = (name: string): string | undefined => pairs[pairs.indexOf(name) + 1];
  const known = pairs.every((word, index) => index % 2 === 1 || ['via', 'dev', 'metric'].includes(word));
  if (!known || value('dev') !== link) throw new Error(`${link}: not understood: ip route ${text}`);
  const via = pairs.includes('via') ? value('via') : undefined;
  return {
    link,
    destination: readDestination(target, six === undefined && !target.includes(':') ? 4 : 6),
    ...(via === undefined ? {} : { via }),
    ...(pairs.includes('metric') ? { metric: Number(value('metric')) } : {}),
    ...(flags.length === 0 ? {} : { onLink: true }),
    how: how === 'replace' ? 'replace' : 'add',
  };
}

/** route(8) of net-tools, without a device: IPv6 gets metric 1 where none is said; what it refuses was tried out. */
function readNetToolsRoute(text: string, link: string): RouteAttempt {
  const pattern = /^(-A inet6 )?(-net |-host )?(\S+) gw (\S+)(?: metric (\d+))?$/;
  const [, six, kind, target = '', via, metric] = pattern.exec(text) ?? [];
  if (via === undefined) throw new Error(`${link}: not understood: route add ${text}`);
  const usual = six === undefined ? undefined : 1;
  const number = metric === undefined ? usual : Number(metric);
  const destination = readDestination(target, six === undefined ? 4 : 6);
  const isRefused = kind === '-net ' && (destination !== target || target.endsWith('/32'));
  return {
    ...{ link, destination, via, how: 'append', anyLink: true },
    ...(isRefused ? { refused: 'route takes no such destination' } : {}),
    ...(number === undefined ? {} : { metric: number }),
  };
}
