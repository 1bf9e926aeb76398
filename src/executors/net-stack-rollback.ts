// Bonds, VLANs and memberships as they were: what this run has made goes, what it has changed comes back.

import type { Host } from '../host/host.ts';
import { convergeBond } from './net-bond.ts';
import { formatIpVlan, runIpCommands, runNetworkCommand } from './net-commands.ts';
import { forgetMade, listMade } from './net-made.ts';
import type { SavedLink } from './net-state.ts';
import { hasLink, readAttribute, readBond, readMaster, readVlan } from './net-sysfs.ts';

/** Links that came or went by others' doing are left alone. Throws AgentError when a command fails. */
export function restoreStack(saved: readonly SavedLink[], host: Host): void {
  removeMade(saved, host);
  for (const { name, bond, mac } of saved) {
    // One that this run has taken away. Bare, so that the rest is set as on one that was changed.
    if (bond !== undefined && !hasLink(host, name))
      runNetworkCommand(host, ['ip', 'link', 'add', 'name', name, 'type', 'bond', 'mode', bond.mode]);
    const live = readBond(host, name);
    if (bond === undefined || live === undefined) continue;
    const hasOtherMac = mac !== undefined && readMac(host, name) !== mac;
    const address = mac === undefined ? {} : { mac };
    if (hasOtherMac || JSON.stringify(live) !== JSON.stringify(bond))
      convergeBond({ kind: 'netBond', link: name, ...bond, ...address }, host);
  }
  restoreVlans(saved, host);
  for (const { name, master } of saved) {
    if (!hasLink(host, name) || readMaster(host, name) === master) continue;
    // A bond has taken its members back by now, so this is a bridge or its like.
    const words = master === undefined ? ['nomaster'] : hasLink(host, master) ? ['master', master] : undefined;
    if (words !== undefined) runIpCommands(host, [['link', 'set', 'dev', name, ...words]]);
  }
}

function readMac(host: Host, link: string): string | undefined {
  return readAttribute(host, link, 'address')?.toLowerCase();
}

/** The last one first: a VLAN would go with its parent. A bond lets its members go. */
function removeMade(saved: readonly SavedLink[], host: Host): void {
  for (const name of listMade(host).toReversed()) {
    if (saved.some((link) => link.name === name)) continue;
    if (hasLink(host, name)) runNetworkCommand(host, ['ip', 'link', 'del', 'dev', name]);
    forgetMade(host, name);
  }
}

/** A VLAN that was made anew with another tag; and those that were on it, which went with it. */
function restoreVlans(saved: readonly SavedLink[], host: Host): void {
  for (const { name, vlan, mac } of orderByStack(saved)) {
    if (vlan === undefined || !hasLink(host, vlan.parent)) continue;
    const live = readVlan(host, name);
    if (live?.id !== vlan.id || live.parent !== vlan.parent) {
      if (hasLink(host, name)) runNetworkCommand(host, ['ip', 'link', 'del', 'dev', name]);
      const address = mac === readMac(host, vlan.parent) ? undefined : mac;
      const words = formatIpVlan({ link: name, parent: vlan.parent, vlanId: vlan.id, mac: address });
      runNetworkCommand(host, ['ip', ...words]);
    } else if (mac !== undefined && readMac(host, name) !== mac)
      runIpCommands(host, [['link', 'set', 'dev', name, 'address', mac]]);
  }
}

/** Each VLAN after the link that it is on, which must be up before it. */
export function orderByStack(links: readonly SavedLink[]): SavedLink[] {
  const byName = new Map(links.map((link) => [link.name, link]));
  const levelOf = ({ vlan }: SavedLink): number => {
    let level = 0;
    for (let at = vlan; at !== undefined && level <= links.length; at = byName.get(at.parent)?.vlan) level += 1;
    return level;
  };
  return links.toSorted((a, b) => levelOf(a) - levelOf(b));
}

/** What tells a link of a stack from another, in words; empty for a plain NIC. */
export function describeStack({ master, vlan, bond, mac }: SavedLink): string {
  const options = Object.entries(bond?.options ?? {}).map(([name, value]) => ` ${name} ${value || 'unset'}`);
  return [
    ...(master === undefined ? [] : [`, in ${master}`]),
    ...(vlan === undefined ? [] : [`, VLAN ${vlan.id} on ${vlan.parent}`]),
    ...(bond === undefined ? [] : [`, bond ${bond.mode} of ${bond.members.join(' ') || 'nothing'}${options.join('')}`]),
    ...(mac === undefined ? [] : [`, address ${mac}`]),
  ].join('');
}

/** What is not as it was and has no line of its own: a VLAN that is gone, a link of ours that is left. */
export function findStackDifference(
  saved: readonly SavedLink[],
  now: ReadonlyMap<string, SavedLink>,
  host: Host,
): string | undefined {
  const lost = saved.find(({ name, vlan, bond }) => (vlan ?? bond) !== undefined && !now.has(name));
  if (lost !== undefined) return `${lost.name}${describeStack(lost)} is gone`;
  const left = listMade(host).find((name) => now.has(name) && !saved.some((link) => link.name === name));
  return left === undefined ? undefined : `${left} is left over`;
}
