// A route through a link. A default route of the same link and metric through another gateway gives way; other links' are left alone.

import type { NetRouteAction } from '../core/action.ts';
import type { LiveRoute } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';
import { formatIpRoute, formatRouteCommand, runIpCommands, runNetworkCommand } from './net-commands.ts';
import { readLiveRoutes } from './net-live-view.ts';

/** What the kernel takes when no metric is given, and in IPv6 when 0 is (IP6_RT_PRIO_USER). */
const defaultMetric = { 4: 0, 6: 1024 } as const;

/** Whether this is the route that is wanted. */
export function isLiveRoute(action: NetRouteAction, live: LiveRoute): boolean {
  const metric = action.metric || defaultMetric[action.family];
  const { link, destination, prefixLength, gateway } = live;
  const isSame = link === action.link && destination === action.destination && prefixLength === action.prefixLength;
  return isSame && gateway === action.gateway && live.metric === metric;
}

type Comparison = {
  readonly isPresent: boolean;
  /** Same link, destination and metric, another gateway. */
  readonly obsolete: readonly LiveRoute[];
  /** Default routes of other links. */
  readonly rivals: readonly LiveRoute[];
};

function compareRoutes(action: NetRouteAction, host: Host): Comparison {
  const metric = action.metric || defaultMetric[action.family];
  // Other links count for a default route alone.
  const only = action.prefixLength === 0 ? undefined : action.link;
  const same = readLiveRoutes(host, action.family, only).filter(
    (live) => live.destination === action.destination && live.prefixLength === action.prefixLength,
  );
  const mine = same.filter((live) => live.link === action.link && live.metric === metric);
  return {
    isPresent: mine.some((live) => live.gateway === action.gateway),
    obsolete: mine.filter(
      (live) => live.gateway !== action.gateway && live.gateway !== '0.0.0.0' && live.gateway !== '::',
    ),
    rivals: action.prefixLength === 0 ? same.filter((live) => live.link !== action.link) : [],
  };
}

function describeRoute({
  destination,
  prefixLength,
  gateway,
}: Pick<LiveRoute, 'destination' | 'prefixLength' | 'gateway'>): string {
  const target = prefixLength === 0 ? 'default' : `${destination}/${prefixLength}`;
  return gateway === '0.0.0.0' || gateway === '::' ? `route ${target}` : `route ${target} via ${gateway}`;
}

export const netRoute: Executor<NetRouteAction> = {
  inspect: (action, host) => {
    const { isPresent, obsolete } = compareRoutes(action, host);
    if (isPresent && obsolete.length === 0) return { state: 'same' };
    const added = isPresent ? [] : [{ op: '+', what: describeRoute(action) } as const];
    const removed = obsolete.map((live) => ({ op: '-', what: describeRoute(live) }) as const);
    return { state: 'differs', changes: [...added, ...removed] };
  },
  apply: (action, host) => {
    const { isPresent, obsolete, rivals } = compareRoutes(action, host);
    if (action.tool === 'net-tools') applyByRoute(action, host, { isPresent, obsolete });
    else applyByIp(action, host, { isPresent, obsolete });
    const message = [
      ...(obsolete.length === 0 ? [] : [`replaced ${obsolete.map(describeRoute).join(', ')}`]),
      ...(rivals.length === 0
        ? []
        : [`left alone: ${rivals.map((live) => `${describeRoute(live)} on ${live.link}`).join(', ')}`]),
    ].join('; ');
    return message === '' ? undefined : { message };
  },
  plainCommands: (action, host) => {
    // Default routes are told of each other.
    if (action.prefixLength === 0) return undefined;
    const { isPresent, obsolete } = compareRoutes(action, host);
    if (isPresent || obsolete.length > 0) return undefined;
    if (action.tool === 'iproute2') return [['ip', ...formatIpRoute('prepend', action, action)]];
    return action.onLink === true ? undefined : [formatRouteCommand('add', action)];
  },
};

/** The new route comes first, so that the guest is never without one. */
function applyByRoute(
  action: NetRouteAction,
  host: Host,
  state: { isPresent: boolean; obsolete: readonly LiveRoute[] },
): void {
  if (!state.isPresent) {
    if (action.onLink === true) addHostRoute(action, host);
    runNetworkCommand(host, formatRouteCommand('add', action));
  }
  for (const live of state.obsolete) runNetworkCommand(host, formatRouteCommand('del', live));
}

/** route knows no onlink flag: the gateway gets a route of its own to the link. */
function addHostRoute({ link, gateway }: NetRouteAction, host: Host): void {
  const isThere = host
    .facts()
    .routes.some(
      (live) =>
        live.link === link && live.destination === gateway && live.prefixLength === 32 && live.gateway === '0.0.0.0',
    );
  if (isThere) return;
  runNetworkCommand(
    host,
    formatRouteCommand('add', { link, destination: gateway, prefixLength: 32, gateway: '0.0.0.0' }),
  );
}

function applyByIp(
  action: NetRouteAction,
  host: Host,
  state: { isPresent: boolean; obsolete: readonly LiveRoute[] },
): void {
  const added = state.isPresent ? [] : [formatIpRoute('prepend', action, action)];
  const removed = state.obsolete.map((live) => formatIpRoute('del', live));
  // Two IPv6 routes that differ in their gateway alone would become one multipath route.
  runIpCommands(host, action.family === 4 ? [...added, ...removed] : [...removed, ...added]);
}
