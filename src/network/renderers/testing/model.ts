// Parts of a resolved network for the renderers' tests, from the text that people write for them.

import type { ResolvedLink } from '../../../core/resolved-network.ts';

const origin = { source: 'network_data.json links[0]' };

/** A NIC that nothing is asked of but what `more` says. */
export function describeNic(name: string, more: Partial<ResolvedLink> = {}): ResolvedLink {
  return { name, kind: 'physical', automatic: {}, addresses: [], routes: [], dns: [], origin, ...more };
}

/** From `10.0.0.5/24`. */
export function address(text: string): ResolvedLink['addresses'][number] {
  const [host = '', length] = text.split('/');
  return { family: host.includes(':') ? 6 : 4, address: host, prefixLength: Number(length), origin };
}

/** From its destination, `0.0.0.0/0`. */
export function route(
  text: string,
  more: Partial<ResolvedLink['routes'][number]> = {},
): ResolvedLink['routes'][number] {
  const [destination = '', length] = text.split('/');
  return { family: destination.includes(':') ? 6 : 4, destination, prefixLength: Number(length), origin, ...more };
}
