// Which command sets an address or a route: net-tools where it is installed and can express the thing, else iproute2 (decision D5).

import type { NetTool } from '../core/action.ts';
import type { Facts } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { ResolvedRoute } from '../core/resolved-network.ts';

export type ToolChoice = {
  /** Undefined: neither package is installed. */
  readonly tool: NetTool | undefined;
  /** For the plan's output: why this one, in a few words. */
  readonly reason: string;
};

/** The choice for one address family on a guest with these commands. */
export function chooseTool(commands: Facts['commands'], family: 4 | 6): ToolChoice {
  const hasNetTools = commands.ifconfig !== undefined && commands.route !== undefined;
  const hasIp = commands.ip !== undefined;
  if (family === 6) {
    if (hasIp) return { tool: 'iproute2', reason: 'ip (iproute2): IPv6' };
    return { tool: undefined, reason: 'IPv6 needs ip (package iproute2), which is not installed' };
  }
  if (hasNetTools) return { tool: 'net-tools', reason: 'ifconfig, route (net-tools): installed' };
  if (!hasIp)
    return {
      tool: undefined,
      reason: 'neither ifconfig and route (package net-tools) nor ip (package iproute2) is installed',
    };
  const absent = ['ifconfig', 'route'].filter((name) => commands[name] === undefined);
  return { tool: 'iproute2', reason: `ip (iproute2): ${absent.join(' and ')} not installed` };
}

/** Services that call their routes static (rtnetlink's RTPROT_STATIC). One that was set as boot, the only kind that route(8) knows, they would set a second time. */
const staticRouters: ReadonlySet<NetworkBackend> = new Set(['networkd', 'netplan', 'network-manager']);

/** route(8) keeps one more than the metric in 16 bits with a sign (struct rtentry, rt_metric), and says nothing when it does not fit. */
const largestRouteMetric = 32766;

export type RouteTool = {
  readonly tool: NetTool;
  readonly protocol?: 'static';
  /** Set when it is another tool than the address was set with. */
  readonly reason?: string;
};

/** The tool of one route whose address is set by `addressTool`: ip where route(8) cannot say the route as the guest's service will. */
export function chooseRouteTool(
  { onLink, metric = 0 }: ResolvedRoute,
  addressTool: NetTool,
  guest: { readonly commands: Facts['commands']; readonly backend: NetworkBackend | undefined },
): RouteTool {
  const { backend } = guest;
  const isStatic = backend !== undefined && staticRouters.has(backend);
  if (guest.commands.ip === undefined) return { tool: addressTool };
  const protocol = isStatic ? { protocol: 'static' as const } : {};
  if (addressTool === 'iproute2') return { tool: 'iproute2', ...protocol };
  if (isStatic) return { tool: 'iproute2', ...protocol, reason: `ip (iproute2): routes as ${backend} sets them` };
  if (metric > largestRouteMetric) return { tool: 'iproute2', reason: 'ip (iproute2): metrics above 32766' };
  if (onLink === true) return { tool: 'iproute2', reason: 'ip (iproute2): gateways outside the subnet' };
  return { tool: addressTool };
}
