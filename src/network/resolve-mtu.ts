// Which MTU each link has when bonds and VLANs are stacked: a bond gives its members its own, a VLAN cannot carry more than the link below.

import type { LinkDraft, Note } from './resolve-links.ts';

/** Bytes; what an Ethernet link has that nobody said anything of. */
const usualMtu = 1500;

/** Sets `mtu` of each link. `links` has each one before those that are on it. */
export function settleMtus(links: readonly LinkDraft[], note: Note): void {
  for (const link of links) readSaid(link, note);
  const byName = new Map(links.map((link) => [link.name, link]));
  const above = new Map<string, number>();
  for (const link of links) {
    if (link.bond !== undefined) inheritFromMembers(link, byName);
    const below = link.vlan === undefined ? undefined : carriedBy(byName.get(link.vlan.parent), byName);
    if (link.vlan === undefined || below === undefined || link.mtu === undefined || link.mtu <= below) continue;
    const message = `${link.name}: an MTU of ${link.mtu} is more than ${link.vlan.parent} has, ${below}; not set`;
    note('error', 'conflict', link.origin, message);
    delete link.mtu;
  }
  for (const link of links.toReversed()) {
    const needed = above.get(link.name);
    if (link.mtu === undefined && needed !== undefined && needed > usualMtu) link.mtu = needed;
    if (link.vlan !== undefined && link.mtu !== undefined)
      above.set(link.vlan.parent, Math.max(link.mtu, above.get(link.vlan.parent) ?? 0));
  }
  for (const link of links) if (link.bond !== undefined) giveToMembers(link, byName, note);
}

/** Bytes of the link's frames: its own MTU, else that of the link below; undefined where nothing says it. */
export function carriedBy(link: LinkDraft | undefined, byName: ReadonlyMap<string, LinkDraft>): number | undefined {
  let at = link;
  while (at?.mtu === undefined && at?.vlan !== undefined) at = byName.get(at.vlan.parent);
  return at?.mtu;
}

/** The first entry of the drive that says an MTU counts. */
function readSaid(link: LinkDraft, note: Note): void {
  for (const { mtu, origin } of link.entries) {
    if (mtu === undefined) continue;
    link.mtu ??= mtu;
    if (link.mtu !== mtu)
      note('warning', 'conflict', origin, `${link.name}: another entry says an MTU of ${link.mtu}; it counts`);
  }
}

/** Without an MTU of its own a new bond would take that of its members away. */
function inheritFromMembers(bond: LinkDraft, byName: ReadonlyMap<string, LinkDraft>): void {
  const said = (bond.bond?.members ?? []).flatMap((name) => byName.get(name)?.mtu ?? []);
  if (bond.mtu === undefined && said.length > 0) bond.mtu = said.reduce((least, mtu) => Math.min(least, mtu));
}

function giveToMembers(bond: LinkDraft, byName: ReadonlyMap<string, LinkDraft>, note: Note): void {
  for (const name of bond.bond?.members ?? []) {
    const member = byName.get(name);
    if (member === undefined || bond.mtu === undefined || member.mtu === bond.mtu) continue;
    if (member.mtu !== undefined)
      note('warning', 'conflict', member.origin, `${name} has the MTU of ${bond.name}, ${bond.mtu}, not ${member.mtu}`);
    member.mtu = bond.mtu;
  }
}
