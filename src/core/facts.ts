// What the guest is, observed once per stage: planners decide from these, so a plan can be made on another machine.

import type { PackageManager } from './action.ts';

export type OsRelease = {
  readonly id: string;
  readonly idLike: readonly string[];
  readonly versionId?: string;
  /** VERSION_CODENAME: `bookworm`. */
  readonly codename?: string;
  readonly prettyName: string;
};

export type LiveAddress = { readonly family: 4 | 6; readonly address: string; readonly prefixLength: number };

export type LinkFact = {
  readonly name: string;
  /** Lower case, colon separated; of a bond's member its permanent one, which it does not show as long as it is a member. */
  readonly mac: string;
  /** Backed by a device (PCI, virtio, USB), as opposed to veth, bridge, bond, VLAN, macvlan, tunnel. */
  readonly physical: boolean;
  /** Could carry an instance's address when no physical link exists (containers: veth). */
  readonly ethernet: boolean;
  readonly up: boolean;
  readonly addresses: readonly LiveAddress[];
};

/** An IPv4 route of the main table, as /proc/net/route shows it. */
export type LiveRoute = {
  readonly link: string;
  readonly destination: string;
  readonly prefixLength: number;
  /** `0.0.0.0` when the destination is on the link. */
  readonly gateway: string;
  readonly metric: number;
};

export type UserFact = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
};

export type GroupFact = { readonly name: string; readonly gid: number; readonly members: readonly string[] };

export type Dmi = {
  readonly productUuid?: string;
  readonly productName?: string;
  readonly sysVendor?: string;
  readonly chassisAssetTag?: string;
};

/**
 * Network services of the guest that start with it. netplan: installed, and something starts what it writes. cloudInit: cloud-init is at
 * work in this boot, and writes the network for one of the others.
 */
export type NetworkServices = Readonly<
  Record<
    'netplan' | 'networkd' | 'networkManager' | 'ifupdown' | 'alpine' | 'sysconfig' | 'wicked' | 'cloudInit',
    boolean
  >
>;

/** Who writes /etc/resolv.conf: systemd-resolved, Debian's resolvconf(8), openresolv, NetworkManager, or nobody (`file`). */
export type ResolverOwner = 'resolved' | 'resolvconf' | 'openresolv' | 'network-manager' | 'file';

/** A file of sources.list(5). */
export type AptSourcesFile = { readonly path: string; readonly content: string };

/** A file of interfaces(5). */
export type InterfacesFile = { readonly path: string; readonly content: string };

/** Programs that keep the clock. */
export type TimeClient = 'chrony' | 'systemd-timesyncd' | 'ntp' | 'ntpsec' | 'openntpd';

export type Facts = {
  readonly os: OsRelease;
  /** Kernel boot id: tells a second run of this boot from another boot. */
  readonly bootId: string;
  readonly hostname: string;
  readonly links: readonly LinkFact[];
  readonly routes: readonly LiveRoute[];
  /** Absolute path of each command the planners may choose between; absent = not installed. */
  readonly commands: Readonly<Record<string, string>>;
  readonly users: readonly UserFact[];
  readonly groups: readonly GroupFact[];
  readonly systemd: boolean;
  /** Units that the guest has, of the daemons that CoreOS documents configure. */
  readonly daemons: readonly string[];
  /** As dpkg names it: amd64, arm64. */
  readonly architecture: string;
  /** Where apt finds the distribution itself: sources.list and debian.sources or ubuntu.sources, those that are there. */
  readonly aptSources: readonly AptSourcesFile[];
  /** The manager of the distribution's own packages; undefined where none is known. */
  readonly packageManager: PackageManager | undefined;
  /** sshd reads /etc/ssh/sshd_config.d/*.conf (an Include line in sshd_config). */
  readonly sshdDropIns: boolean;
  /** The guest finds its own name without a line in /etc/hosts: nss-myhostname(8). */
  readonly findsOwnName: boolean;
  readonly hasHostsFile: boolean;
  /** keyless: sshd is installed and has no host key: it would not start. */
  readonly sshd: 'absent' | 'keyless' | 'keyed';
  readonly dmi: Dmi;
  readonly networkServices: NetworkServices;
  readonly resolver: ResolverOwner;
  /** ifupdown's files, without the one that guest-init writes. */
  readonly interfaces: readonly InterfacesFile[];
  /** Those that are installed, the one that does most first. */
  readonly timeClients: readonly TimeClient[];
};
