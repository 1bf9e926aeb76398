// The options of a bond as netplan's `parameters` (netplan(5), properties for device type bonds).

import type { BondLimits, BondSettings } from '../bond-settings.ts';
import type { Yaml, YamlObject } from './emit-yaml.ts';

/** Not said by netplan: the first five; the values that systemd-networkd does not know; and zero where it is not what the kernel starts with. */
export const bondLimits: BondLimits = {
  unknown: ['lacp_active', 'lp_interval', 'peer_notif_delay', 'tlb_dynamic_lb', 'use_carrier'],
  modes: {
    ad_select: ['802.3ad'],
    fail_over_mac: ['active-backup'],
  },
  unknownValues: {
    arp_validate: ['filter', 'filter_active', 'filter_backup'],
    num_grat_arp: ['0'],
    num_unsol_na: ['0'],
    packets_per_slave: ['0'],
    resend_igmp: ['0'],
    xmit_hash_policy: ['vlan+srcmac'],
  },
};

type Translation = { readonly key: string; readonly read: (value: string, nameId: (link: string) => string) => Yaml };

const word = (key: string): Translation => ({ key, read: (value) => value });
const number = (key: string): Translation => ({ key, read: Number });

/** Intervals are milliseconds here as in the kernel. */
const translations: Readonly<Record<string, Translation>> = {
  mode: word('mode'),
  ad_select: word('ad-select'),
  all_slaves_active: { key: 'all-slaves-active', read: (value) => value === '1' },
  arp_all_targets: word('arp-all-targets'),
  arp_interval: number('arp-interval'),
  arp_ip_target: { key: 'arp-ip-targets', read: (value) => value.split(',') },
  arp_validate: word('arp-validate'),
  downdelay: number('down-delay'),
  fail_over_mac: word('fail-over-mac-policy'),
  lacp_rate: word('lacp-rate'),
  miimon: number('mii-monitor-interval'),
  min_links: number('min-links'),
  num_grat_arp: number('gratuitous-arp'),
  num_unsol_na: number('gratuitous-arp'),
  packets_per_slave: number('packets-per-slave'),
  primary: { key: 'primary', read: (value, nameId) => nameId(value) },
  primary_reselect: word('primary-reselect-policy'),
  resend_igmp: number('resend-igmp'),
  updelay: number('up-delay'),
  xmit_hash_policy: word('transmit-hash-policy'),
};

/** `nameId` gives the id of a link's definition. */
export function bondParameters({ options }: BondSettings, nameId: (link: string) => string): YamlObject {
  return Object.fromEntries(
    options.flatMap(([name, value]) => {
      const translation = translations[name];
      return translation === undefined ? [] : [[translation.key, translation.read(value, nameId)] as const];
    }),
  );
}
