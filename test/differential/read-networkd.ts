// Files of systemd-networkd, of whoever wrote them or of netplan's generator, in the form that sides are compared in.

import type { LinkNetworkState } from '../support/network-state.ts';
import { type NetworkdLink, readNetworkdFiles } from '../support/networkd-files.ts';
import { readBondPairs } from './bond-words.ts';
import type { EffectiveLink, EffectiveNetwork } from './effective-network.ts';
import type { RouteAttempt } from './route-table.ts';

/** `files` by path. A link whose device no file makes is not there. */
export function readNetworkd(
  files: ReadonlyMap<string, string>,
  nics: readonly { readonly name: string; readonly mac: string }[],
): EffectiveNetwork {
  const macs = new Map(nics.map(({ name, mac }) => [name, mac.toLowerCase()]));
  const own = [...files].filter(([path]) => /\.(?:network|netdev)$/.test(path));
  const { state, links } = readNetworkdFiles(new Map(own), [...macs.keys()], macs);
  const names = Object.keys(state);
  return {
    links: Object.fromEntries(names.map((name) => [name, describe(state[name], links[name])])),
    routes: names.flatMap((name) => (state[name]?.routes ?? []).map((line) => readRoute(line, name, links[name]))),
    servers: names.flatMap((name) => links[name]?.dns ?? []),
    search: names.flatMap((name) => links[name]?.search ?? []),
  };
}

function describe(state: LinkNetworkState | undefined, link: NetworkdLink | undefined): EffectiveLink {
  if (state === undefined || link === undefined) throw new Error('a link without a file');
  const { bond, vlan, mac, master, mtu, addresses } = state;
  const accepts = link.acceptsAdvertisements;
  return {
    ...{ kind: bond !== undefined ? 'bond' : vlan !== undefined ? 'vlan' : 'physical', mtu, addresses },
    ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
    ...(master === undefined ? {} : { master }),
    ...(vlan === undefined ? {} : { vlan }),
    ...(bond === undefined ? {} : { bond: readBondPairs([['mode', bond.mode], ...Object.entries(bond.options)]) }),
    dhcp4: link.dhcp4,
    ...(link.dhcp6 ? { dhcp6: 'yes' } : {}),
    ...(accepts === undefined ? {} : { advertisements: accepts ? 'yes' : 'no' }),
    servers: link.dns,
  };
}

/** networkd lets routes of one destination and metric stand beside each other, and takes 0.0.0.0 for no gateway: 252 was seen to. */
function readRoute(line: string, link: string, reading: NetworkdLink | undefined): RouteAttempt {
  const [, destination = '', via, metric] = /^(\S+)(?: via (\S+))?(?: metric (\d+))?$/.exec(line) ?? [];
  const isOnLink = via !== undefined && reading?.unreachable.includes(line) === false;
  return {
    ...{ link, destination, how: 'append' },
    ...(via === undefined || ['0.0.0.0', '::'].includes(via) ? {} : { via }),
    ...(metric === undefined ? {} : { metric: Number(metric) }),
    ...(isOnLink ? { onLink: true } : {}),
  };
}
