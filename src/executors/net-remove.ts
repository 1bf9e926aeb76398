// Addresses, routes, bonds and VLANs that an earlier run set and nothing asks for any more. What is gone already, or another by now, stays.

import type { NetAddressAction, NetRemoveAction, NetRouteAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';
import { clearByIfconfig } from './net-address.ts';
import { findLink, formatLive, isPresent } from './net-address-state.ts';
import { formatIpAddress, formatIpRoute, formatRouteCommand, runNetworkCommand } from './net-commands.ts';
import { readLiveRoutes } from './net-live-view.ts';
import { readBond, readVlan } from './net-sysfs.ts';

export const netRemove: Executor<NetRemoveAction> = {
  inspect: ({ was }, host) => {
    if (!isThere(was, host)) return { state: 'same' };
    return { state: 'differs', changes: [{ op: '-', what: describe(was) }] };
  },
  apply: ({ was }, host) => {
    if (was.kind === 'netAddress') removeAddress(was, host);
    else if (was.kind === 'netRoute') removeRoute(was, host);
    else runNetworkCommand(host, ['ip', 'link', 'del', 'dev', was.link]);
    return undefined;
  },
};

function isThere(was: NetRemoveAction['was'], host: Host): boolean {
  if (was.kind === 'netBond') return readBond(host, was.link) !== undefined;
  if (was.kind === 'netVlan') {
    const live = readVlan(host, was.link);
    return live?.id === was.vlanId && live.parent === was.parent;
  }
  if (was.kind === 'netRoute') return findRoute(was, host) !== undefined;
  const fact = findLink(host, was.link);
  return fact !== undefined && isPresent(was, fact, host);
}

function findRoute(was: NetRouteAction, host: Host) {
  const { family, link, destination, prefixLength, gateway } = was;
  // What the kernel takes when none is given.
  const metric = was.metric || (family === 4 ? 0 : 1024);
  return readLiveRoutes(host, family).find(
    (live) =>
      live.link === link &&
      live.destination === destination &&
      live.prefixLength === prefixLength &&
      live.gateway === gateway &&
      live.metric === metric,
  );
}

function describe(was: NetRemoveAction['was']): string {
  if (was.kind === 'netBond') return `bond ${was.link}`;
  if (was.kind === 'netVlan') return `VLAN ${was.vlanId} on ${was.parent} as ${was.link}`;
  if (was.kind === 'netAddress') return `address ${formatLive(was)} on ${was.link}`;
  const { destination, prefixLength, gateway, link } = was;
  const target = prefixLength === 0 ? 'default' : `${destination}/${prefixLength}`;
  return `route ${target}${gateway === '0.0.0.0' || gateway === '::' ? '' : ` via ${gateway}`} on ${link}`;
}

function removeAddress(was: NetAddressAction, host: Host): void {
  if (host.which('ip') !== undefined) runNetworkCommand(host, ['ip', ...formatIpAddress('del', was)]);
  // ifconfig cannot name one of several; a link that loses one of ours keeps none of ours.
  else clearByIfconfig(host, was.link);
}

function removeRoute(was: NetRouteAction, host: Host): void {
  if (was.tool === 'net-tools' && host.which('route') !== undefined)
    runNetworkCommand(host, formatRouteCommand('del', was));
  else runNetworkCommand(host, ['ip', ...formatIpRoute('del', was)]);
  if (was.onLink !== true || was.family === 6) return;
  // The route to the gateway itself, where route(8) needed one.
  const { link, gateway } = was;
  const own = { ...was, destination: gateway, prefixLength: 32, gateway: '0.0.0.0' };
  const isLeft = readLiveRoutes(host, 4).some((live) => live.link === link && live.gateway === gateway);
  if (findRoute({ ...own, metric: 0 }, host) === undefined || isLeft) return;
  const bare = { link, destination: gateway, prefixLength: 32, gateway: '0.0.0.0' };
  if (host.which('ip') === undefined) runNetworkCommand(host, formatRouteCommand('del', bare));
  else runNetworkCommand(host, ['ip', ...formatIpRoute('del', bare)]);
}
