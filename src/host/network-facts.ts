// Links, addresses and IPv4 routes as the kernel shows them in /sys/class/net and /proc/net: no command, no request, below a millisecond.

import * as fs from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import type { LinkFact, LiveAddress, LiveRoute } from '../core/facts.ts';
import { isInNetwork, parseAddress } from '../network/address.ts';
import { parseIpv4Routes, parseIpv6Addresses, parseLocalAddresses } from '../network/proc-tables.ts';

export type NetworkRoots = {
  /** Folder that plays /sys/class/net. */
  readonly sysClassNet?: string;
  /** Folder that plays /proc/net. */
  readonly procNet?: string;
  /** Addresses of the links that are up and have carrier. */
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
};

const flagUp = 0x1;
const flagLoopback = 0x8;
const flagNoArp = 0x80;
const ethernetTypes = new Set(['1', '32']);

/**
 * All links in the order of their names (eth2 before eth10), without loopback. Addresses leave out loopback and IPv6 link-local ones. No source
 * shows everything: getifaddrs as Node offers it knows only links with carrier, /proc/net/fib_trie knows every IPv4 address
 * but not its link, /proc/net/route has the subnets. What the first does not have is joined from the other two. An IPv4 address
 * on a link that is down, or a /32 on one without carrier, has no subnet and is left out.
 */
export function readLinks(roots: NetworkRoots = {}): LinkFact[] {
  const { sysClassNet = '/sys/class/net', procNet = '/proc/net', interfaces = listInterfaces } = roots;
  const addresses = readAddresses(procNet, interfaces);
  const links: LinkFact[] = [];
  for (const name of listFolder(sysClassNet)) {
    const folder = `${sysClassNet}/${name}`;
    const flags = Number.parseInt(readFile(`${folder}/flags`), 16);
    if (Number.isNaN(flags) || (flags & flagLoopback) !== 0) continue;
    const entries = listFolder(folder);
    const type = readFile(`${folder}/type`);
    const physical = entries.includes('device') && ethernetTypes.has(type) && !isStacked(folder, entries);
    links.push({
      name,
      mac: readMac(folder, entries),
      physical,
      ethernet: physical || (type === '1' && isPlainEthernet(folder, entries, flags)),
      up: (flags & flagUp) !== 0,
      addresses: addresses.get(name) ?? [],
    });
  }
  return links.sort((a, b) => compareNames(a.name, b.name));
}

// Loaded when there is an address to place: a first boot usually has none.
function listInterfaces(): NodeJS.Dict<NetworkInterfaceInfo[]> {
  return process.getBuiltinModule('node:os').networkInterfaces();
}

function compareNames(a: string, b: string): number {
  const [stemA, stemB] = [a.replace(/[0-9]+$/, ''), b.replace(/[0-9]+$/, '')];
  if (stemA !== stemB) return stemA < stemB ? -1 : 1;
  return Number(a.slice(stemA.length)) - Number(b.slice(stemB.length));
}

/** IPv4 routes of the main table. */
export function readRoutes(roots: NetworkRoots = {}): LiveRoute[] {
  return parseIpv4Routes(readFile(`${roots.procNet ?? '/proc/net'}/route`));
}

/** A member of a bond shows the bond's address; its own is with its membership. */
function readMac(folder: string, entries: readonly string[]): string {
  const own = entries.includes('bonding_slave') ? readFile(`${folder}/bonding_slave/perm_hwaddr`) : '';
  return (own === '' ? readFile(`${folder}/address`) : own).toLowerCase();
}

/** A bond, VLAN, macvlan or their like, even where its driver names a device. A failover NIC has links below it, too, and is meant. */
function isStacked(folder: string, entries: readonly string[]): boolean {
  if (entries.includes('bonding') || entries.includes('bridge')) return true;
  if (!entries.some((entry) => entry.startsWith('lower_'))) return false;
  return /^DEVTYPE=(?:vlan|macvlan|macvtap|ipvlan|bond|team|bridge)$/m.test(readFile(`${folder}/uevent`));
}

/** Of those with Ethernet's type, veth in practice: answers ARP, and neither stacked on another link nor made to join some. */
function isPlainEthernet(folder: string, entries: readonly string[], flags: number): boolean {
  if ((flags & flagNoArp) !== 0) return false;
  if (
    entries.some(
      (entry) => entry === 'bridge' || entry === 'bonding' || entry === 'tun_flags' || entry.startsWith('lower_'),
    )
  )
    return false;
  return !/^DEVTYPE=/m.test(readFile(`${folder}/uevent`));
}

function readAddresses(
  procNet: string,
  interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>,
): Map<string, LiveAddress[]> {
  const found = new Map<string, LiveAddress[]>();
  const add = (link: string, address: LiveAddress): void => {
    const list = found.get(link);
    if (list === undefined) found.set(link, [address]);
    else list.push(address);
  };
  const local = parseLocalAddresses(readFile(`${procNet}/fib_trie`));
  const left = new Set(local);
  const running = local.length === 0 ? {} : interfaces();
  for (const [label, list = []] of Object.entries(running)) {
    for (const { family, address, cidr } of list) {
      if (family !== 'IPv4' || cidr === null || !left.has(address)) continue;
      // getifaddrs gives the address label (eth0:1), whose part before the colon is the link.
      add(label.split(':', 1)[0] ?? label, { family: 4, address, prefixLength: Number(cidr.split('/')[1]) });
    }
  }
  const attributed = new Set([...found.values()].flat().map((entry) => entry.address));
  for (const address of attributed) left.delete(address);
  if (left.size > 0) {
    const subnets = parseIpv4Routes(readFile(`${procNet}/route`)).filter(
      (route) => route.gateway === '0.0.0.0' && route.prefixLength > 0,
    );
    for (const address of left) addFromSubnet(address, subnets, new Set(Object.keys(running)), add);
  }
  for (const { link, address, prefixLength } of parseIpv6Addresses(readFile(`${procNet}/if_inet6`))) {
    add(link, { family: 6, address, prefixLength });
  }
  return found;
}

/** The most specific subnet, on a link without carrier, that holds the address tells its link and prefix. */
function addFromSubnet(
  text: string,
  subnets: readonly LiveRoute[],
  running: ReadonlySet<string>,
  add: (link: string, address: LiveAddress) => void,
): void {
  const address = parseAddress(text);
  if (address === undefined) return;
  let best: LiveRoute | undefined;
  for (const subnet of subnets) {
    const network = parseAddress(subnet.destination);
    if (network === undefined || running.has(subnet.link) || !isInNetwork(address, network, subnet.prefixLength))
      continue;
    if (best === undefined || subnet.prefixLength > best.prefixLength) best = subnet;
  }
  if (best !== undefined) add(best.link, { family: 4, address: text, prefixLength: best.prefixLength });
}

function listFolder(path: string): string[] {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
}

/** Trimmed text; empty when absent or unreadable (attributes of a link that is just leaving). */
function readFile(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
