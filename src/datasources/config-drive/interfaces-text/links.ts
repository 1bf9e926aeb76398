// Which links the iface stanzas speak of: NICs, bonds and VLANs, as ifupdown and its hooks tell them apart.

import type { LinkConfig } from '../../../core/network-config.ts';
import { normalizeMac } from '../../../network/mac.ts';
import { originOf, type Reading, report } from './problems.ts';
import type { IfaceStanza, Line } from './stanzas.ts';

/** `eth0` of `eth0:1`: an alias is another address of the link. */
export function nameLink({ name }: Pick<IfaceStanza, 'name'>): string {
  return name.split(':', 1)[0] ?? name;
}

/** All links of the stanzas, and those that only their bond or VLAN names. */
export function readLinks(reading: Reading, stanzas: readonly IfaceStanza[]): LinkConfig[] {
  const groups = new Map<string, IfaceStanza[]>();
  for (const stanza of stanzas) {
    const name = nameLink(stanza);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [stanza]);
    else group.push(stanza);
  }
  const members = collectMembers(reading, groups);
  const links = new Map<string, LinkConfig>();
  for (const [name, group] of groups) {
    const link = readLink(reading, { name, group, members: members.get(name) });
    if (link !== undefined) links.set(name, link);
  }
  // A NIC below a bond or a VLAN needs no stanza of its own.
  for (const { members: below = [], parent, origin } of [...links.values()])
    for (const id of [...below, ...(parent === undefined ? [] : [parent])])
      if (!links.has(id) && !groups.has(id)) links.set(id, { id, kind: 'physical', origin });
  return [...links.values()];
}

/** Members by bond: those that bond-slaves names, and those that name it as their bond-master. */
function collectMembers(
  reading: Reading,
  groups: ReadonlyMap<string, readonly IfaceStanza[]>,
): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  const add = (bond: string, names: readonly string[]): void => {
    const known = members.get(bond) ?? new Set();
    for (const name of names) known.add(name);
    members.set(bond, known);
  };
  for (const [name, group] of groups) {
    for (const option of listOptions(group)) {
      const key = spellKey(option);
      if (key === 'bond-slaves' || key === 'bond-ports')
        add(
          name,
          option.words.filter((word) => word !== 'none'),
        );
      else if (key === 'bond-mode') add(name, []);
      else if (key === 'bond-master') {
        const [bond] = option.words;
        if (bond === undefined)
          report(reading, option, 'error', 'missing', 'expected the name of a bond, found nothing');
        else add(bond, [name]);
      }
    }
  }
  return members;
}

function listOptions(group: readonly IfaceStanza[]): Line[] {
  return group.flatMap(({ options }) => options);
}

/** The hooks take `bond_mode` for `bond-mode`. */
export function spellKey({ keyword }: Pick<Line, 'keyword'>): string {
  return keyword.replaceAll('_', '-');
}

function readLink(
  reading: Reading,
  { name, group, members }: { name: string; group: readonly IfaceStanza[]; members: ReadonlySet<string> | undefined },
): LinkConfig | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const options = listOptions(group);
  const mac = readMac(reading, options);
  if (mac === 'bad') return undefined;
  const common = { id: name, ...mac, ...readMtu(reading, options), origin: originOf(reading, first) };
  if (members !== undefined)
    return { ...common, kind: 'bond', members: [...members], bondOptions: readBondOptions(options) };
  const vlan = readVlan(name, options);
  if (vlan === undefined) return { ...common, kind: 'physical' };
  if (vlan.vlanId !== undefined && vlan.parent !== undefined)
    return { ...common, kind: 'vlan', vlanId: vlan.vlanId, parent: vlan.parent };
  const message = `expected ${vlan.parent === undefined ? 'vlan-raw-device, the link below' : 'a VLAN tag from 1 to 4094'}, found nothing of the kind; the link is left out`;
  report(reading, { line: first.line, keyword: 'iface' }, 'error', 'missing', message);
  return undefined;
}

/** By vlan-raw-device, or by the names eth0.5 and vlan5, interfaces(5) and vlan-interfaces(5). */
function readVlan(name: string, options: readonly Line[]): { parent?: string; vlanId?: number } | undefined {
  const find = (key: string): string | undefined => options.findLast((option) => spellKey(option) === key)?.words[0];
  const raw = find('vlan-raw-device');
  const dotted = /^(.+)\.0*([0-9]{1,4})$/.exec(name);
  const numbered = /^vlan0*([0-9]{1,4})$/.exec(name);
  if (raw === undefined && dotted === null && numbered === null) return undefined;
  const parent = raw ?? dotted?.[1];
  const tag = Number(find('vlan-id') ?? dotted?.[2] ?? numbered?.[1]);
  return {
    ...(parent === undefined ? {} : { parent }),
    ...(Number.isInteger(tag) && tag >= 1 && tag <= 4094 ? { vlanId: tag } : {}),
  };
}

function readBondOptions(options: readonly Line[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const option of options) {
    const key = spellKey(option);
    if (!key.startsWith('bond-') || /^bond-(?:slaves|ports|master)$/.test(key)) continue;
    found[key.slice('bond-'.length).replaceAll('-', '_')] = option.words.join(',');
  }
  return found;
}

/** `hwaddress ether MAC` or `hwaddress MAC`. An unreadable one costs the link: its address must not land on another NIC. */
function readMac(reading: Reading, options: readonly Line[]): { mac?: string } | 'bad' {
  const option = options.findLast(({ keyword }) => keyword === 'hwaddress');
  if (option === undefined) return {};
  const [word = '', next] = option.words;
  const mac = normalizeMac(word === 'ether' ? (next ?? '') : word);
  if (mac !== undefined) return { mac };
  const message = 'expected a MAC address such as fa:16:3e:00:00:05, found something else; the link is left out';
  report(reading, option, 'error', 'value', message);
  return 'bad';
}

function readMtu(reading: Reading, options: readonly Line[]): { mtu?: number } {
  const option = options.findLast(({ keyword }) => keyword === 'mtu');
  if (option === undefined) return {};
  const mtu = Number(option.words[0]);
  if (Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535) return { mtu };
  report(reading, option, 'error', 'value', 'expected a whole number of bytes from 68 to 65535, found something else');
  return {};
}
