// Bonds, VLANs and what belongs to them, as the kernel's files show them: Documentation/networking/bonding.rst, /proc/net/vlan.

import type { Host } from '../host/host.ts';

export type LiveVlan = { readonly parent: string; readonly id: number };

export type LiveBond = {
  readonly mode: string;
  readonly members: readonly string[];
  /** By their names in sysfs, lists joined by commas. Empty: not set. */
  readonly options: Readonly<Record<string, string>>;
};

/** Every option of a bond that a drive may name; `num_unsol_na` is the kernel's other name of `num_grat_arp`. */
const bondOptionNames: readonly string[] = [
  ...['ad_select', 'all_slaves_active', 'arp_all_targets', 'arp_interval', 'arp_ip_target', 'arp_validate'],
  ...['downdelay', 'fail_over_mac', 'lacp_active', 'lacp_rate', 'lp_interval', 'miimon', 'min_links', 'num_grat_arp'],
  ...['packets_per_slave', 'peer_notif_delay', 'primary', 'primary_reselect', 'resend_igmp', 'tlb_dynamic_lb'],
  ...['updelay', 'use_carrier', 'xmit_hash_policy'],
];

/** Folder of a link in sysfs; a link's name has no slash. */
export function sysfsOf(link: string): string {
  return `/sys/class/net/${link}`;
}

export function hasLink(host: Host, link: string): boolean {
  return readAttribute(host, link, 'ifindex') !== undefined;
}

/** Trimmed; undefined where there is no such file, and of a link that is just leaving (EINVAL). */
export function readAttribute(host: Host, link: string, attribute: string): string | undefined {
  try {
    return host.readText(`${sysfsOf(link)}/${attribute}`)?.trim();
  } catch {
    return undefined;
  }
}

/** The bond, bridge or other link that this one is a member of. */
export function readMaster(host: Host, link: string): string | undefined {
  return host
    .readLink(`${sysfsOf(link)}/master`)
    ?.split('/')
    .at(-1);
}

/** Undefined where the link is no VLAN, or not there. */
export function readVlan(host: Host, link: string): LiveVlan | undefined {
  const text = host.readText(`/proc/net/vlan/${link}`) ?? '';
  const id = /\bVID: (\d+)/.exec(text)?.[1];
  const parent = /^Device: (\S+)/m.exec(text)?.[1];
  return id === undefined || parent === undefined ? undefined : { parent, id: Number(id) };
}

/** Undefined where the link is no bond, or not there. */
export function readBond(host: Host, link: string): LiveBond | undefined {
  const mode = readBonding(host, link, 'mode');
  if (mode === undefined) return undefined;
  const options: Record<string, string> = {};
  for (const name of bondOptionNames) {
    const value = readBonding(host, link, name);
    if (value !== undefined) options[name] = value;
  }
  const members = (readAttribute(host, link, 'bonding/slaves') ?? '').split(/\s+/).filter((name) => name !== '');
  // Their order is that in which they joined, and means nothing.
  members.sort();
  return { mode, members, options };
}

/** `layer3+4 1` is a word and its number; only the targets are a list. */
function readBonding(host: Host, link: string, name: string): string | undefined {
  const words = readAttribute(host, link, `bonding/${name}`)?.split(/\s+/);
  return name === 'arp_ip_target' ? words?.join(',') : words?.[0];
}
