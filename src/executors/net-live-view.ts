// The live links and routes as the network's steps look at them: read once for many steps, and again where a command may have changed
// them. Reading all links for each of 128 steps would cost a guest of 64 NICs two seconds.

import type { LinkFact, LiveRoute } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { parseIpv6Routes } from '../network/proc-tables.ts';

type View = {
  /** Milliseconds on the host's clock. */
  readonly readAt: number;
  readonly links: ReadonlyMap<string, LinkFact>;
  /** Links that a command has touched since. */
  readonly touched: Set<string>;
  readonly routes: { 4?: RouteTable; 6?: RouteTable };
};

type RouteTable = {
  readonly routes: readonly LiveRoute[];
  /** Links with routes of their own when the table was read, and those that have got some since, beside the ones of their subnets. */
  readonly busy: Set<string>;
  /** A command may have changed the table. */
  isOld: boolean;
};

/** Others may change the network, too; nothing is believed for longer. */
const mostAgeMs = 1000;

/** Absent: nobody looks at many links, and each look is a fresh one. */
const views = new WeakMap<Host, View | 'unread'>();

/** From now on looks may share what was read. */
export function openLiveView(host: Host): void {
  if (!views.has(host)) views.set(host, 'unread');
}

/** Each look is a fresh one again. */
export function closeLiveView(host: Host): void {
  views.delete(host);
}

/** The link as it is. */
export function findLiveLink(host: Host, name: string): LinkFact | undefined {
  if (!views.has(host)) return host.facts().links.find((link) => link.name === name);
  const view = look(host);
  return (view.touched.has(name) ? renew(host) : view).links.get(name);
}

/**
 * The live routes of one family. With `link` only those of this link are up to date, but for the kernel's routes to its subnets: a link that
 * had none, and has got nothing but addresses since, has none, and need not be looked at again.
 */
export function readLiveRoutes(host: Host, family: 4 | 6, link?: string): readonly LiveRoute[] {
  if (!views.has(host)) return readRoutes(host, family);
  const { routes } = look(host);
  const known = routes[family];
  if (known !== undefined && (!known.isOld || (link !== undefined && !known.busy.has(link)))) return known.routes;
  const read = readTable(host, family);
  routes[family] = read;
  return read.routes;
}

function readTable(host: Host, family: 4 | 6): RouteTable {
  const routes = readRoutes(host, family);
  return { routes, busy: new Set(routes.map(({ link }) => link)), isOld: false };
}

function readRoutes(host: Host, family: 4 | 6): readonly LiveRoute[] {
  return family === 4 ? host.facts().routes : parseIpv6Routes(host.readText('/proc/net/ipv6_route') ?? '');
}

function look(host: Host): View {
  const view = views.get(host);
  if (view === undefined || view === 'unread' || host.monotonic() - view.readAt > mostAgeMs) return renew(host);
  return view;
}

function renew(host: Host): View {
  const links = new Map(host.facts().links.map((link) => [link.name, link]));
  // Before the commands of the steps, so that it is known which links had no routes.
  const routes = { 4: readTable(host, 4) };
  const view: View = { readAt: host.monotonic(), links, touched: new Set(), routes };
  views.set(host, view);
  return view;
}

/** To be called before a command of the network runs: what it may change is read again. `lines` are those of ip -batch. */
export function forgetBefore(host: Host, argv: readonly string[], lines: readonly string[] = []): void {
  const view = views.get(host);
  if (view === undefined || view === 'unread') return;
  const commands = lines.length === 0 ? [argv] : lines.map((line) => ['ip', ...line.split(' ')]);
  for (const command of commands) {
    const { link, isRoute } = findTouched(command);
    // What is on a link comes up and goes down with it.
    const isAlone = link !== undefined && (isRoute || [...view.links.values()].every(({ ethernet }) => ethernet));
    if (!isAlone) {
      views.set(host, 'unread');
      return;
    }
    for (const table of [view.routes[4], view.routes[6]]) {
      if (table !== undefined) table.isOld = true;
      if (isRoute) table?.busy.add(link);
    }
    if (!isRoute) view.touched.add(link);
  }
}

/** The one link that a command changes; none where it may change several. */
function findTouched([program, ...words]: readonly string[]): { readonly link?: string; readonly isRoute: boolean } {
  const isIp = program === 'ip';
  const [object = '', ...rest] = isIp ? words.filter((word) => !word.startsWith('-')) : words;
  const isRoute = program === 'route' || (isIp && object === 'route');
  const name = program === 'ifconfig' ? object.split(':', 1)[0] : findDevice(rest);
  const isPlainSet = object === 'link' && /^set dev \S+(?: mtu [0-9]+)? up$/.test(rest.join(' '));
  const isKnown =
    name !== undefined && (isRoute || program === 'ifconfig' || (isIp && (object === 'addr' || isPlainSet)));
  return isKnown ? { link: name, isRoute } : { isRoute };
}

function findDevice(words: readonly string[]): string | undefined {
  const at = words.lastIndexOf('dev');
  return at < 0 ? undefined : words[at + 1];
}
