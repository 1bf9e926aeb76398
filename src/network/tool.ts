// Which command sets an address or a route: net-tools where it is installed and can express the thing, else iproute2 (decision D5).

import type { NetTool } from '../core/action.ts';
import type { Facts } from '../core/facts.ts';

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
