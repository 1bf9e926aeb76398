// Reads the kernel's tables of /proc/net as text: route, ipv6_route, fib_trie, if_inet6 and arp (proc(5), Documentation/networking).

import type { LiveRoute } from '../core/facts.ts';
import { formatAddress } from './address.ts';

/** An IPv6 address as these tables write it. A line without is none of theirs. */
const ipv6Hex = /^[0-9a-f]{32}$/;

const routeUp = 0x1;
const routeReject = 0x200;

/** /proc/net/route: the main table's IPv4 routes that are in force. Addresses are in the byte order of the machine, little-endian here. */
export function parseIpv4Routes(text: string): LiveRoute[] {
  const routes: LiveRoute[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [link, destination, gateway, flags, , , metric, mask] = line.split('\t');
    if (link === undefined || destination === undefined || gateway === undefined || mask === undefined) continue;
    const bits = Number.parseInt(flags ?? '', 16);
    if ((bits & routeUp) === 0 || (bits & routeReject) !== 0) continue;
    const prefixLength = countOnes(Number.parseInt(mask, 16));
    const ends = { destination: readLittleEndian(destination), gateway: readLittleEndian(gateway) };
    routes.push({ link: link.trim(), ...ends, prefixLength, metric: Number(metric) });
  }
  return routes;
}

/** The kernel's masks have no holes: their length is the number of ones. */
function countOnes(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function readLittleEndian(hex: string): string {
  const value = Number.parseInt(hex, 16);
  return `${value & 255}.${(value >>> 8) & 255}.${(value >>> 16) & 255}.${value >>> 24}`;
}

/**
 * /proc/net/ipv6_route: unicast routes that are in force, without the kernel's own (multicast, local, link-local
 * subnets and those learned from router advertisements, which come and go by themselves).
 */
export function parseIpv6Routes(text: string): LiveRoute[] {
  const routes: LiveRoute[] = [];
  for (const line of text.split('\n')) {
    const [destination, length, , , gateway, metric, , , flags, link] = line.trim().split(/\s+/);
    if (destination === undefined || gateway === undefined || link === undefined || link === 'lo') continue;
    if (!ipv6Hex.test(destination) || !ipv6Hex.test(gateway)) continue;
    const bits = Number.parseInt(flags ?? '', 16);
    // RTF_UP; not RTF_REJECT, RTF_ANYCAST 0x100000, RTF_ADDRCONF 0x40000, RTF_LOCAL 0x80000000.
    if ((bits & routeUp) === 0 || (bits & routeReject) !== 0 || (bits & 0x140000) !== 0 || bits >= 0x80000000) continue;
    if (/^(?:fe[89ab]|ff)/.test(destination)) continue;
    const prefixLength = Number.parseInt(length ?? '', 16);
    const ends = { destination: readIpv6(destination), gateway: readIpv6(gateway) };
    routes.push({ link, ...ends, prefixLength, metric: Number.parseInt(metric ?? '', 16) });
  }
  return routes;
}

/** /proc/net/fib_trie: every IPv4 address of this machine outside 127.0.0.0/8, also of links that are down. It names no links. */
export function parseLocalAddresses(text: string): string[] {
  const local = new Set<string>();
  let leaf = '';
  for (const line of text.split('\n')) {
    const at = line.indexOf('|-- ');
    if (at >= 0) leaf = line.slice(at + 4).trim();
    else if (leaf !== '' && line.endsWith('/32 host LOCAL') && !leaf.startsWith('127.')) local.add(leaf);
  }
  return [...local];
}

/** /proc/net/if_inet6: the IPv6 addresses of all links that are up, with or without carrier; link-local ones are left out. */
export function parseIpv6Addresses(text: string): { link: string; address: string; prefixLength: number }[] {
  const addresses: { link: string; address: string; prefixLength: number }[] = [];
  for (const line of text.split('\n')) {
    const [hex, , length, scope, , link] = line.trim().split(/\s+/);
    if (length === undefined || link === undefined || scope !== '00') continue;
    if (hex === undefined || !ipv6Hex.test(hex)) continue;
    addresses.push({ link, address: readIpv6(hex), prefixLength: Number.parseInt(length, 16) });
  }
  return addresses;
}

/** Of one IPv6 address, link-local ones included: whether it may be used yet, and whether another machine has it (RFC 4862). */
export type Ipv6Usability = {
  readonly link: string;
  readonly address: string;
  readonly isTentative: boolean;
  readonly isDuplicate: boolean;
};

const ifaDuplicate = 0x08;
const ifaTentative = 0x40;

/** /proc/net/if_inet6, with the flags of duplicate address detection. */
export function parseIpv6Usability(text: string): Ipv6Usability[] {
  return text.split('\n').flatMap((line) => {
    const [hex, , , , flags = '', link] = line.trim().split(/\s+/);
    if (hex === undefined || link === undefined || !ipv6Hex.test(hex)) return [];
    const bits = Number.parseInt(flags, 16);
    const isDuplicate = (bits & ifaDuplicate) !== 0;
    const isTentative = (bits & ifaTentative) !== 0 && !isDuplicate;
    return [{ link, address: readIpv6(hex), isTentative, isDuplicate }];
  });
}

const arpComplete = 0x2;

/** /proc/net/arp: by `LINK ADDRESS`, the MAC address of who has answered; empty where the kernel has asked and nobody has. */
export function parseArpTable(text: string): Map<string, string> {
  const table = new Map<string, string>();
  for (const line of text.split('\n').slice(1)) {
    const [address, , flags = '', mac = '', , link] = line.trim().split(/\s+/);
    if (address === undefined || link === undefined) continue;
    const isAnswer = (Number.parseInt(flags, 16) & arpComplete) !== 0 && mac !== 'ff:ff:ff:ff:ff:ff';
    table.set(`${link} ${address}`, isAnswer ? mac.toLowerCase() : '');
  }
  return table;
}

function readIpv6(hex: string): string {
  return formatAddress({ family: 6, value: BigInt(`0x${hex}`) });
}
