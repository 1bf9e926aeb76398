// The stanzas of each link in what ifupdown-ng (0.11.4, 0.12.1) and busybox (1.35, 1.37) both understand, with no package beside them.
//
// ifupdown-ng makes one of all stanzas of a link: all addresses, then all `up` commands, and a `pre-up` that fails costs the whole link.
// busybox takes them one by one, goes on after one that failed, knows no prefix in an address and brings no `manual` link up.

import type { ResolvedLink } from '../../../core/resolved-network.ts';
import { formatMask } from '../../address.ts';
import { needsClient, type Stanza } from '../interfaces-file.ts';
import { makeBond, makeVlan, refuseAdvertisements, setAddress, setRoute } from '../link-commands.ts';
import type { RenderProblem } from '../renderer.ts';

type Prepared = { readonly stanzas: readonly Stanza[]; readonly problems: readonly RenderProblem[] };

/** `links` in the order in which they are brought up. */
export function prepareStanzas(links: readonly ResolvedLink[]): Prepared {
  const prepared = links.map(prepareLink);
  return {
    stanzas: prepared.flatMap(({ stanzas }) => stanzas),
    problems: prepared.flatMap(({ problems }) => problems),
  };
}

function prepareLink(link: ResolvedLink): Prepared {
  const { name, vlan, dns, automatic } = link;
  const { commands, problems } = makeBond(link);
  const [first, ...rest] = withRoutes(link, needsClient(link) ? besideClient(link) : staticStanzas(link));
  const base: Stanza = first ?? { link: name, family: 'inet', method: 'manual' };
  const keys = [
    // ifupdown-ng goes by the name of `eth0.100`. Of `vlan100` it must be told what to bring up before, lest it comes first.
    ...(vlan === undefined || name.includes('.') ? [] : [`requires ${vlan.parent}`]),
    ...(base.keys ?? []),
    ...(base.method === 'static' && link.mtu !== undefined ? [`mtu ${link.mtu}`] : []),
    ...(dns.length > 0 ? [`dns-nameservers ${dns.join(' ')}`] : []),
  ];
  const preUp = [...commands, ...makeVlan(link), ...refuseIfStatic(link), ...setUp(link, base.method)];
  const isLost = automatic.ipv6 === 'stateful' || automatic.ipv6 === 'stateless';
  const lost = { link: name, message: 'no DHCPv6; its IPv6 comes from router advertisements only' };
  return { stanzas: [{ ...base, preUp, keys }, ...rest], problems: [...problems, ...(isLost ? [lost] : [])] };
}

/**
 * Never fails: to ifupdown-ng it would cost the IPv4 of the link too, and without IPv6 in the kernel there is nothing to refuse. Before the
 * link is up.
 */
function refuseIfStatic({ name, automatic, addresses }: ResolvedLink): string[] {
  const isStatic = automatic.ipv6 === undefined && addresses.some(({ family }) => family === 6);
  return isStatic ? [`${refuseAdvertisements(name)} || true`] : [];
}

/** What the method does not do: MAC address (`hwaddress` is not read alike), MTU, and up. */
function setUp({ name, kind, mac, mtu }: ResolvedLink, method: Stanza['method']): string[] {
  const words = [
    ...(kind !== 'physical' && mac !== undefined ? [`address ${mac}`] : []),
    ...(method !== 'static' && mtu !== undefined ? [`mtu ${mtu}`] : []),
    ...(method === 'manual' ? ['up'] : []),
  ];
  return words.length === 0 ? [] : [`ip link set dev ${name} ${words.join(' ')}`];
}

function staticStanzas({ name, addresses }: ResolvedLink): Stanza[] {
  const ordered = addresses.toSorted((a, b) => a.family - b.family);
  return ordered.map(({ family, address, prefixLength }) => ({
    ...({ link: name, family: family === 4 ? 'inet' : 'inet6', method: 'static' } as const),
    keys: [`address ${address}`, `netmask ${family === 4 ? formatMask(4, prefixLength) : prefixLength}`],
  }));
}

/** udhcpc's script takes all IPv4 addresses away before it asks, so the static ones come after it, and by commands that can be repeated. */
function besideClient({ name, automatic, addresses }: ResolvedLink): Stanza[] {
  const up = addresses.map((address) => setAddress(name, address));
  const statics: Stanza = { link: name, family: 'inet', method: 'manual', up };
  const dhcp: Stanza[] = automatic.dhcp4 ? [{ link: name, family: 'inet', method: 'dhcp' }] : [];
  return [...dhcp, ...(addresses.length === 0 ? [] : [statics])];
}

/** The routes of a family are with its last stanza, when all subnets are there. No `gateway`: ifupdown-ng gives it the metric 1. */
function withRoutes(link: ResolvedLink, stanzas: readonly Stanza[]): Stanza[] {
  const given: readonly Stanza[] =
    stanzas.length > 0 ? stanzas : [{ link: link.name, family: 'inet', method: 'manual' }];
  const last = given.length - 1;
  const homes = { 4: given.findLastIndex(({ family }) => family === 'inet'), 6: last };
  return given.map((stanza, index) => {
    const routes = link.routes.filter(({ family }) => (homes[family] === -1 ? last : homes[family]) === index);
    return { ...stanza, up: [...(stanza.up ?? []), ...routes.map((route) => setRoute(link.name, route))] };
  });
}
