// The commands of `up` and `post-up` that set routes and addresses, read and not run: those of route(8), and of ip route and ip addr.

import { type IpAddress, parseAddress, parseMask, splitPrefix } from '../../../network/address.ts';

export type CommandRoute = {
  readonly is: 'route';
  readonly family: 4 | 6;
  readonly destination: IpAddress;
  readonly prefixLength: number;
  /** Absent: on the link. */
  readonly gateway?: IpAddress;
  readonly metric?: number;
  /** Another link than the one of the stanza. */
  readonly link?: string;
};

export type CommandAddress = {
  readonly is: 'address';
  readonly address: IpAddress;
  readonly prefixLength?: number;
  readonly link?: string;
};

/** `words` of a command as /bin/sh would see them; undefined for any command but these, and for one with a part that is not understood. */
export function readCommand(words: readonly string[], link: string): CommandRoute | CommandAddress | undefined {
  const plain = dropAlternative(words).map((word) => word.replace(/^\$(?:IFACE|\{IFACE\})$/, link));
  const [program = '', ...rest] = plain;
  const name = program.replace(/^\/(?:usr\/)?s?bin\//, '');
  if (name === 'route') return readRoute(rest, link);
  return name === 'ip' ? readIp(rest, link) : undefined;
}

/** `… || true`: a failure of the command does not count. */
function dropAlternative(words: readonly string[]): readonly string[] {
  const at = words.indexOf('||');
  return at >= 0 && /^(?:true|:|\/bin\/true)$/.test(words.slice(at + 1).join(' ')) ? words.slice(0, at) : words;
}

type Parts = { gateway?: string; metric?: string; link?: string; mask?: string };

/** The pairs behind the target; undefined when a word is unknown. */
function readPairs(
  words: readonly string[],
  names: Readonly<Record<string, keyof Parts | 'ignored'>>,
): Parts | undefined {
  const parts: Parts = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = names[words[at] ?? ''];
    const value = words[at + 1];
    if (name === undefined || value === undefined) return undefined;
    if (name !== 'ignored') parts[name] = value;
  }
  return parts;
}

const routeNames = { gw: 'gateway', metric: 'metric', dev: 'link', netmask: 'mask' } as const;

/** route add [-A inet6] [-net|-host] TARGET [netmask M] [gw G] [metric N] [dev LINK], route(8). */
function readRoute(words: readonly string[], own: string): CommandRoute | undefined {
  const isSix = /^(?:-6|--inet6|-Ainet6)$/.test(words[0] ?? '') || (words[0] === '-A' && words[1] === 'inet6');
  const isFour = words[0] === '-A' && words[1] === 'inet';
  const after = words.slice(words[0] === '-A' ? 2 : isSix ? 1 : 0);
  if (after[0] !== 'add' || (words[0]?.startsWith('-') && !isSix && !isFour)) return undefined;
  const isHost = after[1] === '-host';
  const [target, ...rest] = after.slice(isHost || after[1] === '-net' ? 2 : 1);
  const parts = readPairs(rest, routeNames);
  return parts === undefined ? undefined : makeRoute(target, { ...parts, family: isSix ? 6 : 4, isHost, own });
}

const ipRouteNames = { via: 'gateway', metric: 'metric', dev: 'link', proto: 'ignored', scope: 'ignored' } as const;

/** ip [-4|-6] route add TARGET [via G] [dev LINK] [metric N] [onlink], and ip addr add A/L dev LINK, ip(8). */
function readIp(words: readonly string[], own: string): CommandRoute | CommandAddress | undefined {
  const option = /^-(?:[46]|family)$/.test(words[0] ?? '') ? (words[0] ?? '') : '';
  const rest = words.slice(option === '' ? 0 : option === '-family' ? 2 : 1);
  const isSix = option === '-6' || (option === '-family' && words[1] === 'inet6');
  const [object = '', verb = '', target, ...pairs] = rest;
  if (!/^(?:add|replace|append)$/.test(verb) || target === undefined) return undefined;
  const known = pairs.filter((word) => word !== 'onlink');
  if (/^r(?:o(?:u(?:t(?:e)?)?)?)?$/.test(object)) {
    const parts = readPairs(known, ipRouteNames);
    const family = isSix || target.includes(':') ? 6 : 4;
    return parts === undefined ? undefined : makeRoute(target, { ...parts, family, isHost: false, own });
  }
  if (!/^a(?:d(?:d(?:r(?:ess)?)?)?)?$/.test(object)) return undefined;
  const parts = readPairs(pairs, { dev: 'link', brd: 'ignored', broadcast: 'ignored', label: 'ignored' });
  const [bare, length] = splitPrefix(target);
  const address = parseAddress(bare);
  if (parts === undefined || address === undefined) return undefined;
  const prefixLength = length === undefined ? undefined : parseMask(length, address.family);
  if (length !== undefined && !prefixLength) return undefined;
  return {
    ...{ is: 'address', address },
    ...(prefixLength === undefined ? {} : { prefixLength }),
    ...nameOther(parts.link, own),
  };
}

function nameOther(link: string | undefined, own: string): { link?: string } {
  return link === undefined || link === own ? {} : { link };
}

function makeRoute(
  target: string | undefined,
  given: Parts & { family: 4 | 6; isHost: boolean; own: string },
): CommandRoute | undefined {
  const { metric, mask, link, isHost, own } = given;
  if (target === undefined || (metric !== undefined && !/^[0-9]{1,10}$/.test(metric))) return undefined;
  const gateway = given.gateway === undefined ? undefined : parseAddress(given.gateway);
  if (given.gateway !== undefined && gateway === undefined) return undefined;
  const family = gateway?.family ?? given.family;
  const [bare, length] = splitPrefix(target);
  const destination = target === 'default' ? { family, value: 0n } : parseAddress(bare);
  if (destination?.family !== family) return undefined;
  const bits = family === 4 ? 32 : 128;
  const said = target === 'default' ? 0 : isHost ? bits : parseMask(length ?? mask ?? String(bits), family);
  if (said === undefined || (gateway === undefined && said === 0)) return undefined;
  return {
    ...{ is: 'route', family, destination, prefixLength: said },
    ...(gateway === undefined ? {} : { gateway }),
    ...(metric === undefined ? {} : { metric: Number(metric) }),
    ...nameOther(link, own),
  };
}
