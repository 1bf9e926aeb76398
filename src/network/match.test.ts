import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkFact } from '../core/facts.ts';
import type { LinkConfig } from '../core/network-config.ts';
import { matchLinks } from './match.ts';

const mac5 = 'fa:16:3e:00:00:05';
const mac6 = 'fa:16:3e:00:00:06';

type Kind = 'nic' | 'veth' | 'stacked';

function fact(name: string, mac: string, kind: Kind = 'nic'): LinkFact {
  return { name, mac, physical: kind === 'nic', ethernet: kind !== 'stacked', up: true, addresses: [] };
}

function link(id: string, mac?: string): LinkConfig {
  return {
    id,
    kind: 'physical',
    ...(mac === undefined ? {} : { mac }),
    origin: { source: `openstack/latest/network_data.json ${id}` },
  };
}

/** `id -> name by` or `id: sentence`. */
function run(links: LinkConfig[], facts: LinkFact[], interfaceName = 'eth0'): string[] {
  const { found, missing } = matchLinks(links, facts, interfaceName);
  return [
    ...[...found].map(([id, match]) => `${id} -> ${match.fact.name} ${match.by}`),
    ...[...missing].map(([id, sentence]) => `${id}: ${sentence}`),
  ];
}

const infiniBand = '80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:6d:31';
const shortInfiniBand = '00:02:c9:0a:6d:31';

const cases: [string, LinkConfig[], LinkFact[], string[]][] = [
  ['finds InfiniBand by its own form', [link('a', infiniBand)], [fact('ib0', infiniBand)], ['a -> ib0 mac']],
  [
    'finds InfiniBand by 6 of its last 8 bytes',
    [link('a', shortInfiniBand)],
    [fact('eth0', mac5), fact('ib0', infiniBand.toUpperCase())],
    ['a -> ib0 mac'],
  ],
  [
    'prefers the Ethernet NIC with just that address',
    [link('a', shortInfiniBand)],
    [fact('ib0', infiniBand), fact('eth0', shortInfiniBand)],
    ['a -> eth0 mac'],
  ],
  [
    'takes the NIC that bears the name or the id of a link without MAC',
    [link('eth0'), { ...link('a'), name: 'eno2' }, { ...link('eth9'), name: 'none' }],
    [fact('eno2', mac5), fact('eth0', mac6), fact('eth9', 'fa:16:3e:00:00:09')],
    ['eth0 -> eth0 name', 'a -> eno2 name', 'eth9 -> eth9 name'],
  ],
  [
    'takes no bridge by its name, and no NIC that a MAC has claimed',
    [link('br0'), link('eth0'), link('b', mac5)],
    [fact('br0', mac6, 'stacked'), fact('eth0', mac5), fact('eth1', mac6)],
    [
      'b -> eth0 mac',
      'br0 -> eth1 only',
      `eth0: no NIC is left for network_data.json eth0, which names no MAC; present: eth0 ${mac5} (taken), eth1 ${mac6} (taken)`,
    ],
  ],
  ['finds by MAC, whatever the name', [link('a', mac5)], [fact('eth0', mac6), fact('ens7', mac5)], ['a -> ens7 mac']],
  ['finds whatever the case of the guest', [link('a', mac5)], [fact('ens7', mac5.toUpperCase())], ['a -> ens7 mac']],
  [
    'prefers hardware to the bridge, bond and macvlan above it',
    [link('a', mac5)],
    [fact('br0', mac5, 'stacked'), fact('bond0', mac5, 'stacked'), fact('mv0', mac5, 'stacked'), fact('eth0', mac5)],
    ['a -> eth0 mac'],
  ],
  ['prefers hardware to a veth', [link('a', mac5)], [fact('v0', mac5, 'veth'), fact('eth0', mac5)], ['a -> eth0 mac']],
  ['takes a veth in a container', [link('a', mac5)], [fact('v0', mac5, 'veth')], ['a -> v0 mac']],
  [
    'never takes a bridge alone',
    [link('a', mac5)],
    [fact('br0', mac5, 'stacked'), fact('eth0', mac6)],
    [`a: no NIC has MAC ${mac5} (network_data.json a); present: eth0 ${mac6}`],
  ],
  [
    'names the NICs that are there',
    [link('links[0]', mac5)],
    [fact('eth0', 'fa:16:3e:aa:bb:cc')],
    [`links[0]: no NIC has MAC ${mac5} (network_data.json links[0]); present: eth0 fa:16:3e:aa:bb:cc`],
  ],
  [
    'says that there is none',
    [link('a', mac5)],
    [],
    [`a: no NIC has MAC ${mac5} (network_data.json a); present: none`],
  ],
  [
    'names twins',
    [link('a', mac5)],
    [fact('eth0', mac5), fact('eth1', mac5)],
    [`a: several NICs have MAC ${mac5} (network_data.json a): eth0, eth1`],
  ],
  [
    'gives two links of one MAC the same NIC',
    [link('a', mac5), link('b', mac5)],
    [fact('eth0', mac5)],
    ['a -> eth0 mac', 'b -> eth0 mac'],
  ],
  [
    'takes the configured interface without a MAC',
    [link('a')],
    [fact('ens3', mac6), fact('eth0', mac5)],
    ['a -> eth0 interface'],
  ],
  [
    'takes the only hardware NIC',
    [link('a')],
    [fact('ens3', mac5), fact('br0', mac5, 'stacked'), fact('v0', mac6, 'veth')],
    ['a -> ens3 only'],
  ],
  ['takes the only veth of a container', [link('a')], [fact('v0', mac6, 'veth')], ['a -> v0 only']],
  [
    'refuses to choose between two',
    [link('a')],
    [fact('ens3', mac5), fact('ens4', mac6)],
    [
      `a: which NIC is meant by network_data.json a is not said: no MAC, none is named eth0 (config: network.interface); present: ens3 ${mac5}, ens4 ${mac6}`,
    ],
  ],
  [
    'does not take a NIC that a MAC has claimed',
    [link('a'), link('b', mac5)],
    [fact('eth0', mac5), fact('eth1', mac6)],
    ['b -> eth0 mac', 'a -> eth1 only'],
  ],
  [
    'says when no NIC is left',
    [link('a'), link('b', mac5)],
    [fact('eth0', mac5)],
    ['b -> eth0 mac', `a: no NIC is left for network_data.json a, which names no MAC; present: eth0 ${mac5} (taken)`],
  ],
  [
    'says so where there is none',
    [link('a')],
    [fact('br0', mac5, 'stacked')],
    ['a: no NIC is left for network_data.json a, which names no MAC; present: none'],
  ],
  [
    'tells those that are left from those that are taken',
    [link('a'), link('b', mac5)],
    [fact('ens3', mac5), fact('v0', mac6, 'veth'), fact('v1', mac6, 'veth')],
    [
      'b -> ens3 mac',
      `a: which NIC is meant by network_data.json a is not said: no MAC, none is named eth0 (config: network.interface); present: ens3 ${mac5} (taken), v0 ${mac6}, v1 ${mac6}`,
    ],
  ],
  ['leaves bonds and VLANs alone', [{ ...link('a', mac5), kind: 'bond' }], [fact('eth0', mac5)], []],
];

describe('matchLinks', () => {
  for (const [name, links, facts, expected] of cases) it(name, () => assert.deepEqual(run(links, facts), expected));

  it('follows the image to another interface name', () => {
    assert.deepEqual(run([link('a')], [fact('ens3', mac5), fact('ens4', mac6)], 'ens4'), ['a -> ens4 interface']);
  });

  it('names at most eight NICs', () => {
    const facts = Array.from({ length: 64 }, (_, index) =>
      fact(`eth${index}`, `fa:16:3e:00:01:${index.toString(16).padStart(2, '0')}`),
    );
    assert.match(run([link('a', mac5)], facts)[0] ?? '', /eth7 \S+ and 56 more$/);
  });
});
