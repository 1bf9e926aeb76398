// The format of interfaces(5), shared by Debian's ifupdown, ifupdown-ng and busybox: which links get stanzas, in which order, and the text.

import type { ResolvedLink, ResolvedNetwork } from '../../core/resolved-network.ts';
import { fileMark } from './renderer.ts';

/** One `iface` line with what belongs to it; several of a link are all brought up, in order. */
export type Stanza = {
  readonly link: string;
  readonly family: 'inet' | 'inet6';
  readonly method: 'static' | 'manual' | 'dhcp' | 'auto' | 'loopback';
  /** Commands before the link is brought up; what /bin/sh takes in one line. */
  readonly preUp?: readonly string[];
  /** Lines `key value`. */
  readonly keys?: readonly string[];
  /** Commands afterwards. */
  readonly up?: readonly string[];
};

/** The whole file, marked as ours. Stanzas of one link follow each other; each link is brought up at boot. */
export function formatInterfaces(stanzas: readonly Stanza[]): string {
  const blocks = stanzas.map(({ link, family, method, preUp = [], keys = [], up = [] }, index) => {
    const lines = [...preUp.map((command) => `pre-up ${command}`), ...keys, ...up.map((command) => `up ${command}`)];
    const isFirst = stanzas[index - 1]?.link !== link;
    const head = [...(isFirst ? [`auto ${link}`] : []), `iface ${link} ${family} ${method}`];
    return [...head, ...lines.map((line) => `    ${line}`)].join('\n');
  });
  return `${[`# ${fileMark}`, ...blocks].join('\n\n')}\n`;
}

/** Whether a client has to run for the link; it may take minutes where nobody answers. */
export function needsClient({ automatic }: ResolvedLink): boolean {
  return automatic.dhcp4 === true || automatic.ipv6 === 'stateful' || automatic.ipv6 === 'stateless';
}

/**
 * The links that get stanzas, in the order in which ifup(8) is to do them, one after the other: those that wait for a DHCP server, and
 * what is on them, come last. Left out are members of bonds, and NICs that nothing is asked of.
 */
export function orderLinks({ links }: ResolvedNetwork): readonly ResolvedLink[] {
  const late = new Set<string>();
  for (const link of links)
    if (needsClient(link) || (link.vlan !== undefined && late.has(link.vlan.parent))) late.add(link.name);
  const parents = new Set(links.map(({ vlan }) => vlan?.parent));
  const used = links.filter((link) => {
    const { kind, name, automatic, addresses, routes, memberOf } = link;
    if (memberOf !== undefined) return false;
    const isAsked = addresses.length > 0 || routes.length > 0 || automatic.ipv6 !== undefined || needsClient(link);
    return isAsked || kind !== 'physical' || parents.has(name);
  });
  return [...used.filter(({ name }) => !late.has(name)), ...used.filter(({ name }) => late.has(name))];
}
