// Links that are not as they should be, many of them, and tools that never end, as data.

import { cable, staticNetwork } from './instances.ts';
import { ipv4, ipv6, secondCable, secondMac, withNetworks } from './network-faults.ts';
import {
  both,
  hasFiles,
  holding,
  inUse,
  ipv6Own,
  nics,
  only,
  own,
  type SegmentFault,
  working,
  workingElsewhere,
} from './network-segment.ts';
import { defaultMac } from './sandbox.ts';
import type { SandboxLink } from './sandbox-script.ts';

const linkCases: readonly SegmentFault[] = [
  {
    name: 'no carrier',
    ...{
      links: [{ ...cable, carrier: false }],
      exit: 2,
      says: /DEGRADED web-1 .*; eth0 has no carrier/,
      addresses: [own],
    },
    check: hasFiles,
  },
  {
    name: 'no carrier, both families',
    ...{
      tree: both,
      links: [{ ...cable, carrier: false }],
      exit: 2,
      says: /; eth0 has no carrier/,
      addresses: [own, ipv6Own],
    },
  },
  {
    name: 'no carrier, ip alone',
    links: [{ ...cable, carrier: false }],
    ...{ hidden: ['ifconfig', 'route'], exit: 2, says: /; eth0 has no carrier/, addresses: [own] },
  },
  {
    name: 'no carrier where another link reached the world: that comes back',
    ...{ links: [{ ...cable, carrier: false }, secondCable], before: workingElsewhere, exit: 20 },
    says: /does not answer on eth0, and 10\.9\.0\.254 did before/,
  },
  {
    name: 'no carrier on the second NIC',
    ...{ tree: nics, links: [cable, { ...secondCable, carrier: false }], exit: 2, says: /; eth1 has no carrier/ },
    addresses: [own, '10.9.0.7/24'],
  },
  {
    name: 'carrier a second later',
    links: [{ ...cable, carrier: false }],
    during: async (box) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      box.inRouter(['ip', 'link', 'set', 'gw0', 'up']);
    },
    ...{ exit: 0, says: /OK web-1/, addresses: [own] },
  },
  {
    name: 'NIC missing, the guest has a network',
    tree: withNetworks([{ ...ipv4 }], [], { ethernet_mac_address: 'fa:16:3e:99:99:99' }),
    ...{ before: working, exit: 22, says: /\(22\) no NIC has MAC fa:16:3e:99:99:99/ },
  },
  {
    name: 'one of two NICs missing, the address of the other in use',
    ...{ tree: nics, links: [holding(own)], exit: 20, says: inUse(staticNetwork.address) },
  },
  {
    name: 'one of two NICs missing, the gateway of the other silent',
    ...{
      tree: nics,
      links: [only()],
      exit: 22,
      says: new RegExp(`\\(22\\) no NIC has MAC ${secondMac}`),
      addresses: [own],
    },
  },
  {
    name: 'MAC twins: neither is taken',
    links: [cable, { ...secondCable, mac: defaultMac }],
    ...{ before: working, exit: 22, says: /\(22\) .*eth0.*eth1/ },
  },
  ...[0, 67, 65_536].map(
    (mtu): SegmentFault => ({
      name: `MTU ${mtu}`,
      ...{ tree: withNetworks([ipv4], [], { mtu }), exit: 2, says: /DEGRADED web-1 .*mtu/, addresses: [own] },
    }),
  ),
  {
    name: 'MTU too small for IPv6: IPv4 is set',
    tree: withNetworks([ipv4, ipv6], [], { mtu: 1279 }),
    ...{ exit: 2, says: /DEGRADED web-1 .*MTU of at least 1280/, addresses: [own] },
  },
  {
    name: 'IPv6 switched off: IPv4 is set',
    tree: both,
    prepare: (box) => box.inNetwork(['sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1']),
    ...{ exit: 2, says: /DEGRADED web-1 .*disable_ipv6/, addresses: [own] },
  },
  {
    name: 'somebody takes the address away again',
    prepare: (box) => box.shim('route', '"$REAL" "$@"; ip addr flush dev eth0 scope global'),
    ...{ exit: 20, says: /\(20\) 192\.168\.10\.20\/26 is not there on eth0 although it was set/ },
  },
  {
    name: 'somebody takes the route away again',
    prepare: (box) => box.shim('route', '"$REAL" "$@"; ip route del default'),
    ...{ exit: 20, says: /\(20\) the route default via 192\.168\.10\.1 is not there on eth0/ },
  },
];

const count = 64;
const macOf = (index: number): string => `fa:16:3e:00:01:${index.toString(16).padStart(2, '0')}`;
const addressOf = (index: number): string => `10.64.${index}.5/24`;
const manyLinks = Array.from(
  { length: count },
  (_, index): SandboxLink => ({ name: `eth${index}`, mac: macOf(index), gateways: [`10.64.${index}.1/24`] }),
);
const manyTree = withNetworks(
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `m${index}`, link: `many${index}`, type: 'ipv4', ip_address: addressOf(index) },
    routes: [{ network: `10.128.${index}.0`, netmask: '255.255.255.0', gateway: `10.64.${index}.1` }],
  })),
  Array.from({ length: count }, (_, index) => ({
    id: `many${index}`,
    type: 'phy',
    ethernet_mac_address: macOf(index),
  })),
  { ethernet_mac_address: 'fa:16:3e:00:02:00' },
);
const all = manyLinks.map((_, index) => addressOf(index));
const change = (at: number, gateways: readonly string[]): SandboxLink[] =>
  manyLinks.map((link, index) => (index === at ? { ...link, gateways } : link));

const manyCases: readonly SegmentFault[] = [
  { name: '64 links', tree: manyTree, links: manyLinks, exit: 0, says: /OK web-1/, addresses: all },
  {
    name: '64 links, ip alone',
    ...{ tree: manyTree, links: manyLinks, hidden: ['ifconfig', 'route'], exit: 0, says: /OK web-1/, addresses: all },
  },
  {
    name: '64 links, the address of one in use',
    ...{
      tree: manyTree,
      links: change(33, ['10.64.33.1/24', '10.64.33.5/24']),
      exit: 20,
      says: inUse('10.64.33.5', 'eth33'),
    },
  },
  {
    name: '64 links, the gateway of one silent',
    ...{ tree: manyTree, links: change(40, []), exit: 0, says: /OK web-1/, addresses: all },
  },
  {
    name: '64 links, ifconfig failing at the last one',
    ...{ tree: manyTree, links: manyLinks, exit: 20, says: /\(20\) network eth63 .* failed: ifconfig exited 7/ },
    prepare: (box) => box.shim('ifconfig', 'case "$*" in *10.64.63.5*) exit 7;; esac; exec "$REAL" "$@"'),
  },
  {
    name: '64 links, route failing in the middle',
    ...{
      tree: manyTree,
      links: manyLinks,
      exit: 20,
      says: /\(20\) network 10\.128\.30\.0\/24 .* failed: route exited 7/,
    },
    prepare: (box) => box.shim('route', 'case "$*" in *10.128.30.0*) exit 7;; esac; exec "$REAL" "$@"'),
  },
  {
    name: '64 links, ip failing in the middle',
    ...{ tree: manyTree, links: manyLinks, hidden: ['ifconfig', 'route'] },
    ...{ exit: 20, says: /\(20\) network 10\.128\.30\.0\/24 .* failed: ip exited 7/ },
    prepare: (box) => box.shim('ip', 'case "$*" in *10.128.30.0*) exit 7;; esac; exec "$REAL" "$@"'),
  },
  {
    name: '64 links, ifconfig hanging at one',
    ...{ tree: manyTree, links: manyLinks, exit: 20, says: /\(20\) network eth20 .* failed: ifconfig ran out of time/ },
    prepare: (box) => box.shim('ifconfig', `case "$*" in *10.64.20.5*) ${hangOnce()};; esac; exec "$REAL" "$@"`),
    withinMs: 40_000,
  },
];

/** Each tool is given up after ten seconds, a look after five and a question after three. */
const hangCases: readonly SegmentFault[] = [
  ...(['ifconfig', 'route'] as const).map(
    (tool): SegmentFault => ({
      name: `${tool} hanging`,
      prepare: (box) => box.shim(tool, hangOnce()),
      ...{ exit: 20, says: new RegExp(`\\(20\\) .*${tool} ran out of time`), withinMs: 25_000 },
    }),
  ),
  {
    name: 'ip hanging at the address',
    hidden: ['ifconfig', 'route'],
    prepare: (box) => box.shim('ip', `[ "$1" = -batch ] || exec "$REAL" "$@"; ${hangOnce()}`),
    ...{ exit: 20, says: /\(20\) .*ip ran out of time/, withinMs: 25_000 },
  },
  {
    name: 'ip hanging at the question',
    prepare: (box) => box.shim('ip', '[ "$1" = -force ] && exec sleep 100; exec "$REAL" "$@"'),
    ...{ exit: 0, says: /OK web-1/, addresses: [own], withinMs: 20_000 },
  },
  {
    name: 'ip hanging at the look at what is there',
    before: working,
    prepare: (box) => box.shim('ip', 'case "$*" in *show*) exec sleep 100;; esac; exec "$REAL" "$@"'),
    ...{ exit: 0, says: /OK web-1/, addresses: [own], withinMs: 30_000 },
  },
];

export const linkFaults: readonly SegmentFault[] = [...linkCases, ...manyCases, ...hangCases];

function hangOnce(): string {
  return '[ -e /root/hung ] && exec "$REAL" "$@"; touch /root/hung; exec sleep 100';
}
