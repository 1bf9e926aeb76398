// What a side's files come to, in the form that the model is compared in: a reader that overlooks something would find both sides equal.

import type { LinkNetworkState, NetworkState } from '../support/network-state.ts';
import { type EffectiveNetwork, findMtu } from './effective-network.ts';
import { settleRoutes } from './route-table.ts';

/** Refused routes bear the reason, so that none is taken for one that is there. */
export function asState(network: EffectiveNetwork): NetworkState {
  const routes = settleRoutes(network);
  const names = Object.keys(network.links);
  return Object.fromEntries(names.map((name) => [name, describe(name)]));

  function describe(name: string): LinkNetworkState {
    const link = network.links[name];
    if (link === undefined) throw new Error(`no link ${name}`);
    const { addresses, mac, master, vlan, bond, dhcp4, dhcp6, advertisements } = link;
    const lines = (routes.get(name) ?? []).map(({ route, value }) =>
      `${route} ${value}`.replace(/ metric (0|1024)$/, ''),
    );
    const automatic = [
      ...(dhcp4 ? ([4] as const) : []),
      ...(dhcp6 !== undefined || advertisements === 'yes' ? ([6] as const) : []),
    ];
    return {
      ...{ up: true, mtu: findMtu(name, network), addresses: [...addresses].sort(), routes: lines.sort() },
      ...(mac === undefined ? {} : { mac }),
      ...(master === undefined ? {} : { master }),
      ...(vlan === undefined ? {} : { vlan }),
      ...(bond === undefined ? {} : { bond }),
      ...(automatic.length === 0 ? {} : { automatic }),
    };
  }
}
