// Routes as route-NAME and route6-NAME: each line is what follows `ip route add`. NetworkManager's ifcfg-rh plugin reads the same words.

import type { ResolvedLink, ResolvedRoute } from '../../../core/resolved-network.ts';
import { effectiveMetric } from '../link-routes.ts';
import { fileMark } from '../renderer.ts';

/** The whole file, empty without routes. All are of one family. */
export function renderRoutes(routes: readonly ResolvedRoute[], link: ResolvedLink): string {
  if (routes.length === 0) return '';
  const gateways = routes.flatMap(({ gateway, onLink }) => (gateway !== undefined && onLink === true ? [gateway] : []));
  // A route to the gateway, and not the flag: kernels before 4.16 have none for IPv6, NetworkManager before 1.12 none at all.
  const ways = [...new Set(gateways)].map((gateway) => `${gateway} dev ${link.name}`);
  return [`# ${fileMark}`, ...ways, ...routes.map((route) => renderRoute(route, link)), ''].join('\n');
}

function renderRoute(route: ResolvedRoute, { name, automatic }: ResolvedLink): string {
  const { family, destination, prefixLength, gateway } = route;
  const hasLease = family === 4 ? automatic.dhcp4 === true : automatic.ipv6 !== undefined;
  // Beside a lease NetworkManager would give what says nothing the metric of the lease.
  const metric = hasLease ? effectiveMetric(route) : route.metric;
  return [
    prefixLength === 0 ? 'default' : `${destination}/${prefixLength}`,
    ...(gateway === undefined ? [] : ['via', gateway]),
    ...['dev', name],
    ...(metric === undefined ? [] : ['metric', metric]),
  ].join(' ');
}
