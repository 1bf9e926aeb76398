// The network as ifcfg and route files of the Red Hat family, for its network scripts and for NetworkManager's ifcfg-rh plugin.

import type { FileAction } from '../../../core/action.ts';
import type { ResolvedNetwork } from '../../../core/resolved-network.ts';
import { settleBond } from '../bond-settings.ts';
import { writableRoutes } from '../link-routes.ts';
import type { Rendered, Renderer, RenderProblem } from '../renderer.ts';
import { placeServers } from '../server-places.ts';
import { renderAssignments } from '../shell-assignments.ts';
import { usedLinks } from '../used-links.ts';
import { describeLink } from './ifcfg.ts';
import { renderRoutes } from './route-file.ts';

const folder = '/etc/sysconfig/network-scripts';

/** initscripts' sysconfig.txt knows DNS1 to DNS3, and resolv.conf(5) takes no more. */
const mostServers = 3;

export const renderer: Renderer = { backend: 'sysconfig', render };

function render(network: ResolvedNetwork): Rendered {
  const { servers, problems: serverProblems } = chooseServers(network);
  const problems: RenderProblem[] = [...serverProblems];
  const file = (name: string, content: string): FileAction => {
    return { kind: 'file', path: `${folder}/${name}`, content, mode: 0o644 };
  };
  const actions = usedLinks(network).flatMap((link): FileAction[] => {
    const { name } = link;
    const bond = link.bond === undefined ? undefined : settleBond(link.bond);
    for (const message of bond?.problems ?? []) problems.push({ link: name, message });
    if (link.automatic.dhcp4 && link.addresses.some(({ family }) => family === 4)) {
      const message =
        'the network scripts take only the lease where static IPv4 addresses stand beside it; NetworkManager takes both';
      problems.push({ link: name, message });
    }
    const { routes, problems: lost } = writableRoutes(link);
    for (const problem of lost) problems.push(problem);
    const lines = describeLink(link, { servers: servers.get(name) ?? [], bondOptions: bond?.options ?? [] });
    return [
      file(`ifcfg-${name}`, renderAssignments(lines)),
      ...([4, 6] as const).flatMap((family) => {
        const own = routes.filter((route) => route.family === family);
        const content = renderRoutes(own, link);
        return content === '' ? [] : [file(`${family === 4 ? 'route' : 'route6'}-${name}`, content)];
      }),
    ];
  });
  return { actions, problems };
}

/**
 * By link name. Each link that has servers names those of all, in one order: the network scripts put the list of the link that comes up
 * last in place of what resolv.conf has, and NetworkManager takes each server once.
 */
function chooseServers(network: ResolvedNetwork): {
  servers: Map<string, readonly string[]>;
  problems: RenderProblem[];
} {
  const places = placeServers(network);
  const all = [...new Set(network.links.flatMap(({ name }) => places.servers.get(name) ?? []))];
  const used = all.slice(0, mostServers);
  const servers = new Map([...places.servers.keys()].map((name) => [name, used] as const));
  const first = network.links.find(({ name }) => servers.has(name));
  if (first === undefined || all.length === used.length) return { servers, problems: [...places.problems] };
  const message = `name servers ${all.slice(mostServers).join(', ')}: an ifcfg file takes ${mostServers}; not used`;
  return { servers, problems: [...places.problems, { link: first.name, message }] };
}
