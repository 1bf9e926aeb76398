// Before an IPv4 address is set: does somebody else have it? RFC 5227, with the kernel's own neighbour table asking.

import type { NetProbeAction } from '../core/action.ts';
import type { Facts } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { parseLocalAddresses } from '../network/proc-tables.ts';
import type { Executor } from './executor.ts';

type LinkProbe = NetProbeAction['links'][number];

export const netProbe: Executor<NetProbeAction> = {
  waits: true,
  inspect: (action, host) => {
    const open = listOpen(action, host, host.facts());
    if (open.length === 0) return { state: 'same' };
    const changes = open.map(({ link, addresses, gateways }) => {
      const asked = [...addresses, ...gateways].join(', ');
      return { op: '~', what: `${link}: who has ${asked}?` } as const;
    });
    return { state: 'unknown', changes };
  },
  apply: async (action, host, { meanwhile }) => {
    const { probeSegments } = await import('./net-segment-probe.ts');
    const facts = host.facts();
    return probeSegments(listOpen(action, host, facts), host, { facts, timeoutMs: action.timeoutMs, meanwhile });
  },
};

/** Links that are there and get an address or a gateway that they do not have; of their addresses those that are new. */
function listOpen(action: NetProbeAction, host: Host, { links, routes }: Facts): LinkProbe[] {
  const local = parseLocalAddresses(host.readText('/proc/net/fib_trie') ?? '');
  return action.links.flatMap(({ link, addresses, gateways }) => {
    const fact = links.find(({ name }) => name === link);
    if (fact === undefined) return [];
    const missing = addresses.filter(
      (address) => !local.includes(address) && !fact.addresses.some((live) => live.address === address),
    );
    const isRouted = gateways.every((gateway) => routes.some((live) => live.link === link && live.gateway === gateway));
    return missing.length === 0 && isRouted ? [] : [{ link, addresses: missing, gateways }];
  });
}
