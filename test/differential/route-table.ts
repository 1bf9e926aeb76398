// What the kernel makes of routes that are set one after the other: it refuses a gateway that nothing leads to, and a second route of
// the same destination and metric, or takes it in place of the first or beside it, as it is told.

import {
  formatAddress,
  type IpAddress,
  isInNetwork,
  isLinkLocal,
  networkOf,
  parseAddress,
} from '../../src/network/address.ts';
import type { EffectiveNetwork } from './effective-network.ts';

export type RouteAttempt = {
  readonly link: string;
  /** `address/length`. */
  readonly destination: string;
  readonly via?: string;
  readonly metric?: number;
  /** The gateway is taken as on the link. */
  readonly onLink?: true;
  /** The kernel is not told the link, and takes the one that has the gateway's subnet. */
  readonly anyLink?: true;
  /** Why the tool that sets it does not even try. */
  readonly refused?: string;
  /** Against a route of the same destination and metric: refused (NLM_F_EXCL), in its place, or beside it. */
  readonly how: 'add' | 'replace' | 'append';
};

type Settled = { readonly route: string; readonly value: string };

/** By link: `DESTINATION via GATEWAY` and the metric that it gets, or why the kernel refuses it. */
export function settleRoutes({ links, routes }: EffectiveNetwork): Map<string, Settled[]> {
  const table: { attempt: RouteAttempt; key: string; value: string }[] = [];
  const refused: { attempt: RouteAttempt; value: string }[] = [];
  for (const given of routes) {
    const attempt = given.anyLink === true ? { ...given, link: findLink(given, links) } : given;
    const metric = effectiveMetric(attempt);
    const key = `${attempt.destination} ${metric}`;
    const rivals = table.filter((other) => other.key === key);
    if (rivals.some((other) => isSame(other.attempt, attempt))) continue;
    if (attempt.refused !== undefined) refused.push({ attempt, value: `refused: ${attempt.refused}` });
    else if (!isReachable(attempt, links, table)) refused.push({ attempt, value: 'refused: no way to the gateway' });
    else if (attempt.how === 'add' && rivals.length > 0)
      refused.push({ attempt, value: 'refused: there is one already' });
    else {
      if (attempt.how === 'replace')
        for (const rival of rivals) {
          table.splice(table.indexOf(rival), 1);
          refused.push({ attempt: rival.attempt, value: 'replaced by another' });
        }
      table.push({ attempt, key, value: `metric ${metric}` });
    }
  }
  const gateways = new Set(routes.map(({ link, via }) => `${link} ${via}`));
  const settled = new Map<string, Settled[]>();
  for (const { attempt, value } of [...refused, ...table]) {
    const { link, destination, via } = attempt;
    const [host = '', length] = destination.split('/');
    // A host route to a gateway is one way of saying that it is on the link; the flag onlink is the other.
    if (via === undefined && ['32', '128'].includes(length ?? '') && gateways.has(`${link} ${host}`)) continue;
    const route = `${destination}${via === undefined ? '' : ` via ${via}`}`;
    settled.set(link, [...(settled.get(link) ?? []), { route, value }]);
  }
  return settled;
}

/** A subnet that a lease brings is not known here: then it is the link whose file says the route. */
function findLink({ link, via = '' }: RouteAttempt, links: EffectiveNetwork['links']): string {
  const gateway = parseAddress(via);
  if (gateway === undefined) return link;
  const holds = (name: string): boolean => links[name]?.addresses.some((own) => isIn(gateway, own)) ?? false;
  return holds(link) ? link : (Object.keys(links).find(holds) ?? link);
}

function isSame(a: RouteAttempt, b: RouteAttempt): boolean {
  return a.link === b.link && a.via === b.via;
}

/** IPv6 has no metric 0: the kernel makes it 1024. */
function effectiveMetric({ destination, metric = 0 }: RouteAttempt): number {
  return metric === 0 && destination.includes(':') ? 1024 : metric;
}

function isReachable(
  { link, via, onLink, anyLink }: RouteAttempt,
  links: EffectiveNetwork['links'],
  table: readonly { readonly attempt: RouteAttempt }[],
): boolean {
  if (via === undefined || onLink === true) return true;
  const gateway = parseAddress(via);
  if (gateway === undefined) return false;
  if (gateway.family === 6 && isLinkLocal(gateway)) return anyLink !== true;
  const own = links[link];
  // A lease or an advertisement may bring the subnet.
  const isLeased = gateway.family === 4 ? own?.dhcp4 : own?.dhcp6 !== undefined || own?.advertisements === 'yes';
  if (isLeased === true) return true;
  const ways = table.flatMap(({ attempt }) =>
    attempt.link === link && attempt.via === undefined ? [attempt.destination] : [],
  );
  return [...(own?.addresses ?? []), ...ways].some((network) => isIn(gateway, network));
}

function isIn(gateway: IpAddress, network: string): boolean {
  const [host = '', length = ''] = network.split('/');
  const parsed = parseAddress(host);
  return parsed !== undefined && isInNetwork(gateway, parsed, Number(length));
}

/** `default`, `10.0.0.0/8`, a lone address; host bits are cleared. */
export function readDestination(text: string, family: 4 | 6): string {
  if (text === 'default') return family === 4 ? '0.0.0.0/0' : '::/0';
  const [host = '', length = family === 4 ? '32' : '128'] = text.split('/');
  const parsed = parseAddress(host);
  if (parsed === undefined) throw new Error(`no destination: ${text}`);
  return `${formatAddress(networkOf(parsed, Number(length)))}/${length}`;
}
