// What network faults of links and segments are made of: what is at the other end of the cable, what was there before, what is said.

import type { DriveTree } from './drive.ts';
import { cable, staticNetwork } from './instances.ts';
import { ipv4, ipv6, secondNetwork, secondNic, withNetworks } from './network-faults.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxLink } from './sandbox-script.ts';

export type SegmentFault = {
  readonly name: string;
  readonly tree?: DriveTree;
  readonly links?: readonly SandboxLink[];
  readonly hidden?: readonly string[];
  /** Lines of /etc/guest-init/config.yaml below `network:`. */
  readonly settings?: string;
  /** What was there before, one command of ip a line. */
  readonly before?: readonly string[];
  readonly prepare?: (box: Sandbox) => void;
  readonly during?: (box: Sandbox) => Promise<void>;
  readonly exit: number;
  /** The last line. */
  readonly says: RegExp;
  /** Addresses afterwards, sorted by link; absent: everything is exactly as before, the files of the network service too. */
  readonly addresses?: readonly string[];
  /** At most, in milliseconds; a machine that is busy takes its time, too. */
  readonly withinMs?: number;
  readonly check?: (box: Sandbox) => void | Promise<void>;
};

export type Fields = Readonly<Record<string, unknown>>;

export const own = `${staticNetwork.address}/${staticNetwork.prefix}`;
export const ipv6Own = '2001:db8::5/64';
export const both = withNetworks([ipv4, ipv6]);
export const nics = withNetworks([ipv4, secondNetwork], [secondNic]);
const macPattern = '(?:[0-9a-f]{2}:){5}[0-9a-f]{2}';
export const inUse = (address: string, link = 'eth0'): RegExp =>
  new RegExp(`\\(20\\) ${address.replaceAll('.', '\\.')} is in use on ${link} by ${macPattern}`);
export const duplicate = /\(20\) 2001:db8::5 is in use on eth0 by another machine \(duplicate address detection\)/;
export const silent = (gateway: string, link = 'eth0'): RegExp =>
  new RegExp(`DEGRADED web-1 .*; gateway ${gateway.replaceAll('.', '\\.')} does not answer on ${link}`);

/** The cable, with a router that owns these as well. */
export function holding(...addresses: readonly string[]): SandboxLink {
  return { ...cable, gateways: [...cable.gateways, ...addresses] };
}

/** The cable, with a router that owns these alone. */
export function only(...addresses: readonly string[]): SandboxLink {
  return { ...cable, gateways: addresses };
}

/** A network whose gateway answers. */
export const working = [
  ...['addr add 10.0.0.77/24 brd + dev eth0', 'link set eth0 up', 'route add default via 10.0.0.254'],
  'route add 172.20.0.0/16 via 10.0.0.254 metric 5',
];
/** One whose gateway does not. */
export const broken = ['addr add 10.0.0.77/24 brd + dev eth0', 'link set eth0 up', 'route add default via 10.0.0.99'];
export const workingElsewhere = [
  ...['addr add 10.9.0.77/24 brd + dev eth1', 'link set eth1 up'],
  'route add default via 10.9.0.254',
];
export const workingIpv6 = [
  ...['link set eth0 up', 'addr add 2001:db8:9::77/64 dev eth0 nodad'],
  '-6 route add default via 2001:db8:9::1 metric 100',
];

export function hasFiles(box: Sandbox): void {
  if (!box.readFile('/etc/network/interfaces.d/50-guest-init').includes(staticNetwork.address))
    throw new Error('the network was not written down');
}
