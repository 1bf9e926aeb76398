// The .netdev file of a bond or VLAN. Follows systemd.netdev(5) in what 247 to 257 have in common.

import type { ResolvedLink, ResolvedNetwork } from '../../../core/resolved-network.ts';
import type { BondLimits, BondSettings } from '../bond-settings.ts';
import { deviceMac } from '../device-defaults.ts';
import type { Entry, Section } from './section.ts';

/**
 * Not said by networkd: use_carrier and lacp_active at all, peer_notif_delay before 256. The interval of learning packets has a key, and
 * is handed to the kernel only beside an ARP interval, which the modes that send learning packets do not have.
 */
export const bondLimits: BondLimits = {
  unknown: ['lacp_active', 'lp_interval', 'peer_notif_delay', 'use_carrier'],
  modes: {
    ad_select: ['802.3ad'],
    fail_over_mac: ['active-backup'],
  },
  unknownValues: {
    arp_validate: ['filter', 'filter_active', 'filter_backup'],
    xmit_hash_policy: ['vlan+srcmac'],
  },
};

const bondKeys: Readonly<Record<string, string>> = {
  mode: 'Mode',
  ad_select: 'AdSelect',
  all_slaves_active: 'AllSlavesActive',
  arp_all_targets: 'ARPAllTargets',
  arp_interval: 'ARPIntervalSec',
  arp_ip_target: 'ARPIPTargets',
  arp_validate: 'ARPValidate',
  downdelay: 'DownDelaySec',
  fail_over_mac: 'FailOverMACPolicy',
  lacp_rate: 'LACPTransmitRate',
  miimon: 'MIIMonitorSec',
  min_links: 'MinLinks',
  num_grat_arp: 'GratuitousARP',
  num_unsol_na: 'GratuitousARP',
  packets_per_slave: 'PacketsPerSlave',
  primary_reselect: 'PrimaryReselectPolicy',
  resend_igmp: 'ResendIGMP',
  tlb_dynamic_lb: 'DynamicTransmitLoadBalancing',
  updelay: 'UpDelaySec',
  xmit_hash_policy: 'TransmitHashPolicy',
};

/** Milliseconds to the kernel, seconds to networkd. */
const intervals: ReadonlySet<string> = new Set(['arp_interval', 'downdelay', 'miimon', 'updelay']);

export function netdevSections(
  link: ResolvedLink,
  { network, bonds }: { network: ResolvedNetwork; bonds: ReadonlyMap<string, BondSettings> },
): Section[] {
  const mac = deviceMac(link, network);
  const device: Entry[] = [
    ['Name', link.name],
    ['Kind', link.kind],
    ...(mac === undefined ? [] : [['MACAddress', mac] as const]),
  ];
  if (link.vlan !== undefined)
    return [
      ['NetDev', device],
      ['VLAN', [['Id', link.vlan.id]]],
    ];
  const options = bonds.get(link.name)?.options ?? [];
  return [
    ['NetDev', device],
    ['Bond', options.flatMap(([name, value]) => bondEntry(name, value))],
  ];
}

/** The primary member is named in that member's .network file. */
function bondEntry(name: string, value: string): Entry[] {
  const key = bondKeys[name];
  if (key === undefined) return [];
  if (intervals.has(name)) return [[key, value === '0' ? '0' : `${value}ms`]];
  return [[key, name === 'arp_ip_target' ? value.replaceAll(',', ' ') : value]];
}
