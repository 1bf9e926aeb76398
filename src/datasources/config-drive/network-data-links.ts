// links[] of network_data.json: every type of NIC that Nova, Ironic, CloudStack and the vendors write, bonds and VLANs.

import { describeType } from '../../core/diagnostic.ts';
import type { LinkConfig } from '../../core/network-config.ts';
import { normalizeMac } from '../../network/mac.ts';
import {
  type Fields,
  fieldOf,
  type KeyPath,
  originOf,
  type Reading,
  readInteger,
  readLimitedMaps,
  readText,
  report,
} from './network-data-fields.ts';

/** The types that are plain NICs to the guest, whatever they are on the host. */
const nicTypes = new Set([
  ...['phy', 'physical', 'bridge', 'dvs', 'ethernet', 'hw_veb', 'hyperv', 'ovs', 'tap', 'vhostuser', 'vif'],
  ...['bgpovs', 'cascading', 'infiniband'],
]);

const mtuRange = { least: 68, most: 65_535, expected: 'a whole number of bytes from 68 to 65535' };

/** All links that can be used. */
export function readLinks(reading: Reading, document: Fields): LinkConfig[] {
  const links = new Map<string, LinkConfig>();
  for (const { fields, path } of readLimitedMaps(reading, document, 'links', [])) {
    const link = readLink(reading, fields, path);
    if (link === undefined) continue;
    if (links.has(link.id)) {
      report(reading, path, 'error', 'duplicate-key', 'another link has this id; the first one counts');
    } else links.set(link.id, link);
  }
  return [...links.values()];
}

function readLink(reading: Reading, fields: Fields, path: KeyPath): LinkConfig | undefined {
  const id = readText(reading, fields, 'id', path);
  if (id === undefined) {
    report(reading, path, 'error', 'missing', 'expected an id, found nothing; no network can name this link');
    return undefined;
  }
  const type = readText(reading, fields, 'type', path) ?? 'phy';
  if (type === 'bond') return readBond(reading, fields, path, id);
  if (type === 'vlan') return readVlan(reading, fields, path, id);
  if (!nicTypes.has(type)) report(reading, path, 'warning', 'value', 'unknown type of link; read as a plain NIC');
  const mac = readMac(reading, fields, 'ethernet_mac_address', path);
  const mtu = readMtu(reading, fields, path);
  // No key of the specification; of some bare-metal clouds, which name no MAC address.
  const name = readText(reading, fields, 'name', path);
  const names = name === undefined ? {} : { name };
  return mac === 'bad'
    ? undefined
    : { id, kind: 'physical', ...mac, ...names, ...mtu, origin: originOf(reading, path) };
}

function readBond(reading: Reading, fields: Fields, path: KeyPath, id: string): LinkConfig | undefined {
  const mac = readMac(reading, fields, 'ethernet_mac_address', path);
  if (mac === 'bad') return undefined;
  const bondOptions: Record<string, string> = {};
  for (const key of Object.keys(fields)) {
    if (!key.startsWith('bond_') || key === 'bond_links') continue;
    const value = fieldOf(fields, key);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      bondOptions[key.slice('bond_'.length)] = String(value);
    } else if (value !== undefined) {
      report(reading, [...path, key], 'error', 'type', `expected a string or a number, found ${describeType(value)}`);
    }
  }
  const members = readMembers(reading, fields, path);
  return {
    id,
    kind: 'bond',
    ...mac,
    ...readMtu(reading, fields, path),
    members,
    bondOptions,
    origin: originOf(reading, path),
  };
}

function readMembers(reading: Reading, fields: Fields, path: KeyPath): string[] {
  const list = fieldOf(fields, 'bond_links');
  if (!Array.isArray(list)) {
    report(reading, path, 'error', 'missing', `expected bond_links, a list of link ids, found ${describeType(list)}`);
    return [];
  }
  const members: string[] = [];
  for (const [index, entry] of list.entries()) {
    if ((typeof entry === 'string' && entry !== '') || typeof entry === 'number') members.push(String(entry));
    else
      report(
        reading,
        [...path, 'bond_links', index],
        'error',
        'type',
        `expected a link id, found ${describeType(entry)}`,
      );
  }
  return members;
}

function readVlan(reading: Reading, fields: Fields, path: KeyPath, id: string): LinkConfig | undefined {
  const mac = readMac(
    reading,
    fields,
    fieldOf(fields, 'vlan_mac_address') === undefined ? 'ethernet_mac_address' : 'vlan_mac_address',
    path,
  );
  const parent = readText(reading, fields, 'vlan_link', path);
  const vlanId = readInteger(reading, fields, 'vlan_id', path, {
    least: 1,
    most: 4094,
    expected: 'a VLAN tag from 1 to 4094',
  });
  if (parent === undefined)
    report(reading, path, 'error', 'missing', 'expected vlan_link, the id of the parent link, found nothing');
  if (fieldOf(fields, 'vlan_id') === undefined)
    report(reading, path, 'error', 'missing', 'expected vlan_id, found nothing');
  if (mac === 'bad' || parent === undefined || vlanId === undefined) return undefined;
  return {
    id,
    kind: 'vlan',
    ...mac,
    ...readMtu(reading, fields, path),
    parent,
    vlanId,
    origin: originOf(reading, path),
  };
}

/** An unreadable address costs the link: its networks must not land on whatever NIC the fallback finds. */
function readMac(reading: Reading, fields: Fields, key: string, path: KeyPath): { mac?: string } | 'bad' {
  const value = fieldOf(fields, key);
  if (value === undefined || value === '') return {};
  const mac = typeof value === 'string' ? normalizeMac(value) : undefined;
  if (mac !== undefined) return { mac };
  report(
    reading,
    [...path, key],
    'error',
    'value',
    `expected a MAC address such as fa:16:3e:00:00:05, found ${describeBadText(value)}`,
  );
  return 'bad';
}

function readMtu(reading: Reading, fields: Fields, path: KeyPath): { mtu?: number } {
  const mtu = readInteger(reading, fields, 'mtu', path, mtuRange);
  return mtu === undefined ? {} : { mtu };
}

function describeBadText(value: unknown): string {
  return typeof value === 'string' ? 'another string' : describeType(value);
}
