// Which links the guest gets for those of the drive: NICs found by MAC address, bonds and VLANs under names that the kernel takes.

import type { DiagnosticCode, Severity } from '../core/diagnostic.ts';
import type { Facts } from '../core/facts.ts';
import type { LinkConfig, NetworkConfig, Origin } from '../core/network-config.ts';
import type { Policy } from '../core/policy.ts';
import type { ResolvedLink } from '../core/resolved-network.ts';
import { readBondOptions } from './bond-options.ts';
import { matchLinks } from './match.ts';

/** Takes a diagnostic. */
export type Note = (severity: Severity, code: DiagnosticCode, origin: Origin, message: string) => void;

/** A link without what the networks put on it. */
export type LinkDraft = Pick<ResolvedLink, 'name' | 'kind' | 'mac' | 'bond' | 'vlan' | 'origin'> & {
  mtu?: number;
  memberOf?: string;
  /** Links below each other, this one included. */
  readonly level: number;
  /** What the drive says of it, in one entry or several. */
  readonly entries: LinkConfig[];
};

export type LinkDrafts = {
  /** By id of the drive, in the order in which links can be set up. Several ids of one NIC have the same draft. */
  readonly drafts: ReadonlyMap<string, LinkDraft>;
  /** One sentence for each link that has networks and is not there. */
  readonly missingLinks: readonly string[];
};

type Drafting = {
  readonly byId: ReadonlyMap<string, LinkConfig>;
  readonly used: ReadonlySet<string>;
  readonly drafts: Map<string, LinkDraft>;
  readonly missingLinks: string[];
  /** Names that no bond and no VLAN can have any more. */
  readonly taken: Set<string>;
  readonly note: Note;
};

type Given = { readonly network: NetworkConfig; readonly facts: Facts; readonly policy: Policy };

/** Pure but for `note`. */
export function draftLinks(given: Given, note: Note): LinkDrafts {
  const { links } = given.network;
  const byId = new Map(links.toReversed().map((link) => [link.id, link]));
  const taken = new Set(given.facts.links.filter(({ ethernet }) => ethernet).map(({ name }) => name));
  const used = findUsed(given.network, byId);
  const drafting: Drafting = { byId, used, drafts: new Map(), missingLinks: [], taken, note };
  draftNics(drafting, given);
  draftBonds(drafting, links);
  draftVlans(drafting, links);
  return drafting;
}

/** Ids of the links that have networks, and of all below them. */
function findUsed({ addresses }: NetworkConfig, byId: ReadonlyMap<string, LinkConfig>): Set<string> {
  const used = new Set<string>();
  const open = addresses.map(({ link }) => link);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (used.has(id)) continue;
    used.add(id);
    const { parent, members = [] } = byId.get(id) ?? {};
    for (const below of members) open.push(below);
    if (parent !== undefined) open.push(parent);
  }
  return used;
}

function draftNics({ drafts, used, missingLinks, note }: Drafting, { network, facts, policy }: Given): void {
  const { found, missing } = matchLinks(network.links, facts.links, policy.network.interface);
  // Two entries of the drive for one NIC: their networks come together on it.
  const byName = new Map<string, LinkDraft>();
  for (const link of network.links) {
    const { id, origin } = link;
    const reason = missing.get(id);
    if (reason !== undefined && used.has(id)) missingLinks.push(reason);
    else if (reason !== undefined) note('note', 'missing', origin, `${reason}; no network uses this link`);
    const fact = found.get(id)?.fact;
    if (fact === undefined) continue;
    const { name, mac } = fact;
    const draft: LinkDraft = byName.get(name) ?? {
      ...{ name, kind: 'physical', mac: mac.toLowerCase(), origin, level: 1, entries: [] },
    };
    draft.entries.push(link);
    byName.set(name, draft);
    drafts.set(id, draft);
  }
}

function draftBonds(drafting: Drafting, links: readonly LinkConfig[]): void {
  const { used, drafts, taken, missingLinks, note } = drafting;
  const bonds = links.filter(({ kind }) => kind === 'bond');
  const ids = new Set(bonds.map(({ id }) => id));
  for (const [position, link] of bonds.entries()) {
    const { id, origin } = link;
    if (drafts.has(id)) continue;
    const name = nameBond(id, { position, taken, ids });
    const members = joinMembers(drafting, link, name);
    if (members.length === 0) {
      const sentence = `bond ${name}: none of its NICs is there`;
      if (used.has(id)) missingLinks.push(sentence);
      else note('warning', 'missing', origin, `${sentence}; not set up`);
      continue;
    }
    taken.add(name);
    const { mode, options, problems } = readBondOptions(link.bondOptions ?? {});
    for (const problem of problems) note('warning', 'value', origin, problem);
    const { primary: asked, ...rest } = options;
    const primary = asked === undefined ? undefined : drafts.get(asked)?.name;
    const isMember = primary !== undefined && members.includes(primary);
    if (asked !== undefined && !isMember)
      note('warning', 'value', origin, 'bond_primary: expected the id of a member that is there; not used');
    drafts.set(id, {
      ...{ name, kind: 'bond', origin, level: 2, entries: [link] },
      ...(link.mac === undefined ? {} : { mac: link.mac }),
      bond: { mode, members, options: isMember ? { ...rest, primary } : rest },
    });
  }
}

/** Names of the NICs that become members. A NIC that is not there is named by the search for it. */
function joinMembers({ byId, drafts, note }: Drafting, { members = [], origin }: LinkConfig, bond: string): string[] {
  const joined: string[] = [];
  for (const id of members) {
    const member = drafts.get(id);
    if (byId.get(id)?.kind !== 'physical')
      note('error', 'missing', origin, 'a member of this bond is no NIC of the drive; left out');
    if (member?.kind !== 'physical' || member.memberOf === bond) continue;
    if (member.memberOf === undefined) {
      member.memberOf = bond;
      joined.push(member.name);
    } else note('error', 'conflict', origin, `${member.name} is a member of ${member.memberOf}; left out`);
  }
  return joined;
}

/** Folders and files of the kernel's that stand where links do: /proc/sys/net/ipv4/conf/all, /sys/class/net/bonding_masters. */
const kernelNames = new Set(['all', 'default', 'lo', 'bonding_masters']);

/** The drive's word where it can be a link's name and is none of a NIC; else bond0, bond1, … */
function nameBond(
  id: string,
  { position, taken, ids }: { position: number; taken: ReadonlySet<string>; ids: ReadonlySet<string> },
): string {
  if (/^[a-z][a-z0-9_-]{0,14}$/.test(id) && !kernelNames.has(id) && !taken.has(id)) return id;
  for (let number = position; ; number += 1) {
    const name = `bond${number}`;
    if (!taken.has(name) && !ids.has(name)) return name;
  }
}

/** Parents before what is on them, whatever their order on the drive. */
function draftVlans(drafting: Drafting, links: readonly LinkConfig[]): void {
  const { byId, note } = drafting;
  const done = new Set<string>();
  const twins = new Map<string, LinkDraft>();
  for (const link of links) {
    const chain: LinkConfig[] = [];
    let at: LinkConfig | undefined = link;
    while (at?.kind === 'vlan' && !done.has(at.id)) {
      done.add(at.id);
      chain.push(at);
      at = byId.get(at.parent ?? '');
    }
    // Back at a link of this very chain: a ring.
    const ring = at === undefined ? -1 : chain.indexOf(at);
    for (const [index, item] of [...chain.entries()].toReversed()) {
      if (ring >= 0 && index >= ring) note('error', 'value', item.origin, 'this link is its own parent; not set up');
      else draftVlan(drafting, item, twins);
    }
  }
}

const longestName = 15;
/** MAX_NEST_DEV of the kernel. */
const mostLevels = 8;

function draftVlan(
  { byId, used, drafts, taken, note }: Drafting,
  link: LinkConfig,
  twins: Map<string, LinkDraft>,
): void {
  const { origin, vlanId: id } = link;
  const refuse = (code: DiagnosticCode, reason: string): void => note('error', code, origin, `${reason}; not set up`);
  const parent = drafts.get(link.parent ?? '');
  if (parent === undefined || id === undefined) {
    if (!byId.has(link.parent ?? '')) refuse('missing', 'the parent of this VLAN is no link of the drive');
    else if (used.has(link.id)) refuse('missing', 'the parent of this VLAN is not there');
    return;
  }
  if (parent.memberOf !== undefined || parent.level >= mostLevels) {
    if (parent.memberOf === undefined) refuse('limit', `more than ${mostLevels} links on each other`);
    else refuse('conflict', `${parent.name} is a member of ${parent.memberOf}; this VLAN on it`);
    return;
  }
  const twin = twins.get(`${parent.name} ${id}`);
  if (twin !== undefined) {
    note(
      'warning',
      'conflict',
      origin,
      `another link is VLAN ${id} on ${parent.name} already; their networks come together`,
    );
    twin.entries.push(link);
    drafts.set(link.id, twin);
    return;
  }
  const name = nameVlan(parent.name, id, taken);
  taken.add(name);
  const draft: LinkDraft = {
    ...{ name, kind: 'vlan', origin, level: parent.level + 1, entries: [link] },
    vlan: { parent: parent.name, id },
    ...(link.mac === undefined ? {} : { mac: link.mac }),
  };
  twins.set(`${parent.name} ${id}`, draft);
  drafts.set(link.id, draft);
}

/** The usual name, eth0.101; where that is too long or a NIC's, vlan101, vlan101-2, … */
function nameVlan(parent: string, id: number, taken: ReadonlySet<string>): string {
  const usual = `${parent}.${id}`;
  if (usual.length <= longestName && !taken.has(usual)) return usual;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `vlan${id}` : `vlan${id}-${number}`;
    if (!taken.has(name)) return name;
  }
}
