// Routes for services that set none in a family that the link has no address of.

import type { ResolvedLink, ResolvedRoute } from '../../core/resolved-network.ts';
import type { RenderProblem } from './renderer.ts';
import { hasFamily } from './used-links.ts';

export type LinkRoutes = { readonly routes: readonly ResolvedRoute[]; readonly problems: readonly RenderProblem[] };

/** All of a link's routes but the IPv4 ones where it has no IPv4; IPv6 has its link-local address everywhere. */
export function writableRoutes(link: ResolvedLink): LinkRoutes {
  const isLost = ({ family }: ResolvedRoute): boolean => family === 4 && !hasFamily(link, 4);
  const problems = link.routes.filter(isLost).map(({ destination, prefixLength, gateway, metric }) => {
    const via = gateway === undefined ? '' : ` via ${gateway}`;
    const target = `${destination}/${prefixLength}${via}${metric === undefined ? '' : ` metric ${metric}`}`;
    return { link: link.name, message: `route to ${target}: the link has no IPv4 address; not written` };
  });
  return { routes: link.routes.filter((route) => !isLost(route)), problems };
}

/** What the kernel makes of a route without a metric: 0 in IPv4, 1024 in IPv6. */
export function effectiveMetric({ family, metric }: ResolvedRoute): number {
  return metric ?? (family === 4 ? 0 : 1024);
}
