// The network of this guest: what the drive asks for, under the guest's own link names and without what cannot be had. What is applied
// live and what is written for the distribution's network service are both made of this, so that they agree.

import type { Origin } from './network-config.ts';

/** How the addresses of a link come about beside the static ones. */
export type Automatic = {
  readonly dhcp4?: true;
  /** slaac: router advertisements. stateless: these, and DHCPv6 for name servers. stateful: these for routes, DHCPv6 for the address. */
  readonly ipv6?: 'slaac' | 'stateless' | 'stateful';
};

export type ResolvedAddress = {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
  /** Set when nothing said the prefix length: what was assumed, and the setting that says it instead. */
  readonly guess?: string;
  readonly origin: Origin;
};

export type ResolvedRoute = {
  readonly family: 4 | 6;
  /** `0.0.0.0` or `::` with length 0 is the default route. Host bits are zero. */
  readonly destination: string;
  readonly prefixLength: number;
  /** Absent: the destination is on the link. */
  readonly gateway?: string;
  readonly metric?: number;
  /** The gateway is in none of the link's subnets. */
  readonly onLink?: true;
  readonly guess?: string;
  readonly origin: Origin;
};

export type BondMode =
  | 'balance-rr'
  | 'active-backup'
  | 'balance-xor'
  | 'broadcast'
  | '802.3ad'
  | 'balance-tlb'
  | 'balance-alb';

export type ResolvedBond = {
  readonly mode: BondMode;
  /** Names of the member links, all of them in `ResolvedNetwork.links`, before the bond. Never empty. */
  readonly members: readonly string[];
  /** Other options by their name in the kernel's sysfs (`miimon`, `xmit_hash_policy`), values as the kernel spells them. `miimon` or `arp_interval` is always there. */
  readonly options: Readonly<Record<string, string>>;
};

export type ResolvedLink = {
  /** The guest's name of it; of a bond or VLAN the name that it gets. At most 15 bytes, no blank and no slash. */
  readonly name: string;
  readonly kind: 'physical' | 'bond' | 'vlan';
  /** physical: the NIC's permanent address, to match by. bond and vlan: the address to set, where the drive says one. Lower case. */
  readonly mac?: string;
  /** Bytes. */
  readonly mtu?: number;
  readonly bond?: ResolvedBond;
  /** `parent` is the name of a link before this one. */
  readonly vlan?: { readonly parent: string; readonly id: number };
  /** physical: the bond that it is a member of; it then has no addresses, no routes and no name servers. */
  readonly memberOf?: string;
  readonly automatic: Automatic;
  readonly addresses: readonly ResolvedAddress[];
  readonly routes: readonly ResolvedRoute[];
  /** Name servers, in order. Those that belong to no network of the drive are with the link of the default route. */
  readonly dns: readonly string[];
  readonly origin: Origin;
};

/** Links in the order in which they can be set up: members before their bond, parents before their VLANs. */
export type ResolvedNetwork = { readonly links: readonly ResolvedLink[] };
