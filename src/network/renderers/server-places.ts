// Which link bears each name server, for services that take a server only on a link that has addresses of its family.

import type { ResolvedNetwork } from '../../core/resolved-network.ts';
import type { RenderProblem } from './renderer.ts';
import { hasFamily } from './used-links.ts';

export type ServerPlaces = {
  /** Servers by link name, in order. */
  readonly servers: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly RenderProblem[];
};

/** A server stays on its link where that has the family, else it goes to the first link that has; without any, it is left out. */
export function placeServers({ links }: ResolvedNetwork): ServerPlaces {
  const servers = new Map<string, string[]>();
  const problems: RenderProblem[] = [];
  for (const link of links) {
    for (const server of link.dns) {
      const family = server.includes(':') ? 6 : 4;
      const home = hasFamily(link, family) ? link : links.find((other) => hasFamily(other, family));
      if (home === undefined) {
        problems.push({ link: link.name, message: `name server ${server}: no link has IPv${family}; not used` });
        continue;
      }
      const list = servers.get(home.name) ?? [];
      if (!list.includes(server)) servers.set(home.name, [...list, server]);
    }
  }
  return { servers, problems };
}
