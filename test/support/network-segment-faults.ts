// Segments on which somebody else has the address or nobody has the gateway, as data; and all faults of links and segments.

import { cable, openstackTree, staticNetwork } from './instances.ts';
import { ipv4, ipv6, secondCable, secondNetwork, secondNic, withNetworks } from './network-faults.ts';
import { linkFaults } from './network-link-faults.ts';
import {
  both,
  broken,
  duplicate,
  type Fields,
  hasFiles,
  holding,
  inUse,
  ipv6Own,
  nics,
  only,
  own,
  type SegmentFault,
  silent,
  working,
  workingElsewhere,
  workingIpv6,
} from './network-segment.ts';
import type { Sandbox } from './sandbox.ts';

const inUseCases: readonly SegmentFault[] = [
  { name: 'in use', links: [holding(own)], exit: 20, says: inUse(staticNetwork.address) },
  {
    name: 'in use, ip alone',
    links: [holding(own)],
    hidden: ['ifconfig', 'route'],
    exit: 20,
    says: inUse(staticNetwork.address),
  },
  {
    name: 'in use, the guest has a network',
    links: [holding(own)],
    before: working,
    exit: 20,
    says: inUse(staticNetwork.address),
  },
  { name: 'in use, nobody has the gateway', links: [only(own)], exit: 20, says: inUse(staticNetwork.address) },
  {
    name: 'in use, a /32 with a gateway outside',
    tree: withNetworks([{ ...ipv4, netmask: '255.255.255.255' }]),
    ...{ links: [holding('192.168.10.20/32')], exit: 20, says: inUse(staticNetwork.address) },
  },
  {
    name: 'in use, an iproute2 that knows no `use`',
    ...{ links: [holding(own)], prepare: makeOld, exit: 20, says: inUse(staticNetwork.address) },
  },
  {
    name: 'the second address of the link in use',
    tree: withNetworks([ipv4, { ...ipv4, id: 'n2', ip_address: '192.168.10.5', routes: [] }]),
    ...{ links: [holding('192.168.10.5/26')], exit: 20, says: inUse('192.168.10.5') },
  },
  {
    name: 'the address of the second NIC in use: the first one is not set either',
    tree: nics,
    links: [cable, { ...secondCable, gateways: [...secondCable.gateways, '10.9.0.7/24'] }],
    ...{ exit: 20, says: inUse('10.9.0.7', 'eth1') },
  },
  {
    name: 'in use, but nobody is to be asked',
    ...{ links: [holding(own)], settings: 'verify_timeout: 0', exit: 0, says: /OK web-1/, addresses: [own] },
  },
  {
    name: 'in use, but there is no ip to ask with',
    ...{ links: [holding(own)], hidden: ['ip'], exit: 0, says: /OK web-1/, addresses: [own] },
  },
  { name: 'an IPv6 address in use', tree: both, links: [holding(ipv6Own)], exit: 20, says: duplicate },
  {
    name: 'an IPv6 address in use, no IPv4',
    tree: withNetworks([ipv6]),
    links: [holding(ipv6Own)],
    exit: 20,
    says: duplicate,
  },
  {
    name: 'an IPv6 address in use, the guest has a network',
    ...{ tree: both, links: [holding(ipv6Own)], before: working, exit: 20, says: duplicate },
  },
  {
    name: 'an IPv6 address in use, ip alone',
    ...{ tree: both, links: [holding(ipv6Own)], hidden: ['ifconfig', 'route'], exit: 20, says: duplicate },
  },
];

const gatewayCases: readonly SegmentFault[] = [
  { name: 'gateway silent', links: [only()], exit: 2, says: silent('192.168.10.1'), addresses: [own], check: hasFiles },
  {
    name: 'gateway silent, ip alone',
    ...{ links: [only()], hidden: ['ifconfig', 'route'], exit: 2, says: silent('192.168.10.1'), addresses: [own] },
  },
  {
    name: 'IPv6 gateway silent',
    ...{ tree: both, links: [only('192.168.10.1/26')], exit: 2, says: silent('2001:db8::1') },
    addresses: [own, ipv6Own],
  },
  {
    name: 'both gateways silent',
    ...{ tree: both, links: [only()], exit: 2, says: /gateway 192\.168\.10\.1 does not answer on eth0 \(and 1 more\)/ },
    addresses: [own, ipv6Own],
  },
  {
    name: 'gateway of the second NIC silent',
    ...{ tree: nics, links: [cable, { ...secondCable, gateways: [] }], exit: 0, says: /OK web-1/ },
    addresses: [own, '10.9.0.7/24'],
  },
  {
    name: 'gateway outside the subnet silent',
    tree: withNetworks([{ ...ipv4, netmask: '255.255.255.255' }]),
    ...{ links: [only()], exit: 2, says: silent('192.168.10.1'), addresses: ['192.168.10.20/32'] },
  },
  {
    name: 'gateway of a further route silent',
    tree: withNetworks([
      {
        ...ipv4,
        routes: [
          ...(ipv4['routes'] as Fields[]),
          { network: '172.16.0.0', netmask: '255.240.0.0', gateway: '192.168.10.9' },
        ],
      },
    ]),
    ...{ exit: 0, says: /OK web-1/, addresses: [own] },
  },
  {
    name: 'gateway that answers a second later',
    links: [only()],
    during: async (box) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      box.inRouter(['ip', 'addr', 'add', '192.168.10.1/26', 'dev', 'gw0']);
    },
    ...{ exit: 0, says: /OK web-1/, addresses: [own] },
  },
  {
    name: 'gateway silent, and mended: the next run says so',
    ...{ links: [only()], exit: 2, says: silent('192.168.10.1'), addresses: [own] },
    check: async (box) => {
      box.inRouter(['ip', 'addr', 'add', '192.168.10.1/26', 'dev', 'gw0']);
      const { stdout } = await box.run(['guest-init', 'run', '--stage', 'early', '--force']);
      if (!/guest-init: OK web-1/.test(stdout)) throw new Error(stdout);
    },
  },
];

const worseCases: readonly SegmentFault[] = [
  {
    name: 'a gateway answered before, ours does not: all of it comes back',
    ...{ links: [only('10.0.0.254/24')], before: working, exit: 20 },
    says: /\(20\) gateway 192\.168\.10\.1 does not answer on eth0, and 10\.0\.0\.254 did before/,
  },
  {
    name: 'the same, ip alone',
    ...{ links: [only('10.0.0.254/24')], before: working, hidden: ['ifconfig', 'route'], exit: 20 },
    says: /gateway 192\.168\.10\.1 does not answer on eth0, and 10\.0\.0\.254 did before/,
  },
  {
    name: 'a gateway of another link answered before',
    ...{ links: [only(), secondCable], before: workingElsewhere, exit: 20 },
    says: /gateway 192\.168\.10\.1 does not answer on eth0, and 10\.9\.0\.254 did before/,
  },
  {
    name: 'an IPv6 gateway answered before, ours does not',
    ...{ tree: both, links: [only('192.168.10.1/26', '2001:db8:9::1/64')], before: workingIpv6, exit: 20 },
    // Until its link-local address may be used a guest asks nobody.
    prepare: (box) => box.inNetwork(['sleep', '2.5']),
    says: /gateway 2001:db8::1 does not answer on eth0, and 2001:db8:9::1 did before/,
  },
  {
    name: 'no gateway answered before, ours does not either: ours stays',
    ...{ links: [only()], before: broken, exit: 2, says: silent('192.168.10.1'), addresses: [own] },
  },
  {
    name: 'a gateway answered before, and ours does',
    ...{ links: [cable], before: working, exit: 0, says: /OK web-1/, addresses: [own] },
  },
  {
    name: 'a gateway answered before, one of our two does',
    tree: withNetworks(
      [ipv4, { ...secondNetwork, routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.9.0.1' }] }],
      [secondNic],
    ),
    links: [only('10.0.0.254/24'), secondCable],
    ...{ before: working, exit: 2, says: silent('192.168.10.1'), addresses: [own, '10.9.0.7/24'] },
  },
];

export const segmentFaults: readonly SegmentFault[] = [
  ...inUseCases,
  ...gatewayCases,
  ...worseCases,
  ...linkFaults,
].map((fault) => ({ tree: openstackTree(), links: [cable], ...fault }));

export function countSegmentFaults(): number {
  return segmentFaults.length;
}

/** iproute2 5.10, of Debian 11: it gives up at the word. */
function makeOld(box: Sandbox): void {
  const complaint = `Error: either "to" is duplicate, or "use" is a garbage.`;
  box.shim(
    'ip',
    `[ "$1" = -force ] || exec "$REAL" "$@"
input=$(cat)
case $input in *" use"*) echo '${complaint}' >&2; exit 255;; esac
printf '%s\\n' "$input" | exec "$REAL" "$@"`,
  );
}
