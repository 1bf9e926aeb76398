import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../test/support/cpu-time.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { LinkFact } from '../core/facts.ts';
import { emptyNetwork, type NetworkConfig } from '../core/network-config.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import type { ResolvedLink } from '../core/resolved-network.ts';
import { mergeEc2Address, parseNetworkData } from '../datasources/config-drive/network-data.ts';
import { plainFacts } from '../host/memory.ts';
import { isInNetwork, parseAddress } from './address.ts';
import { type Resolution, resolveNetwork } from './resolve.ts';

function macOf(index: number): string {
  return `fa:16:3e:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`;
}

function fact(index: number, name = `eth${index}`): LinkFact {
  return { name, mac: macOf(index), physical: true, ethernet: true, up: false, addresses: [] };
}

const nics = [0, 1, 2, 3].map((index) => fact(index));

function read(json: unknown): NetworkConfig {
  return parseNetworkData(json, { source: 'nd', place: () => ({ line: 1, column: 1 }) }).network;
}

function resolve(
  network: NetworkConfig,
  given: { links?: readonly LinkFact[]; policy?: Partial<Policy['network']> } = {},
): Resolution {
  return resolveNetwork({
    network,
    facts: { ...plainFacts, links: given.links ?? nics },
    policy: { ...defaultPolicy, network: { ...defaultPolicy.network, ...given.policy } },
  });
}

/** The NIC n0, n1, … of the drive; with its network where it is given one. */
function nic(index: number, fields: object = {}): object {
  return { id: `n${index}`, type: 'ovs', ethernet_mac_address: macOf(index), ...fields };
}

function v4(link: string, address: string, fields: object = {}): object {
  return { link, type: 'ipv4', ip_address: address, netmask: '255.255.255.0', ...fields };
}

function v6(link: string, address: string, fields: object = {}): object {
  return { link, type: 'ipv6', ip_address: address, netmask: '64', ...fields };
}

function route(network: string, gateway: string, fields: object = {}): object {
  return { network, gateway, ...fields };
}

function vlan(id: string, parent: string, tag: number, fields: object = {}): object {
  return { id, type: 'vlan', vlan_link: parent, vlan_id: tag, ...fields };
}

function bond(id: string, members: readonly string[], fields: object = {}): object {
  return { id, type: 'bond', bond_links: members, ...fields };
}

/** One line a link: name, what it is made of, MTU, addresses, routes, name servers. */
function spell({
  name,
  bond: made,
  vlan: tag,
  memberOf,
  mtu,
  automatic,
  addresses,
  routes,
  dns,
}: ResolvedLink): string {
  return [
    name,
    ...(made === undefined ? [] : [`of ${made.members.join('+')}`]),
    ...(tag === undefined ? [] : [`tag ${tag.id} on ${tag.parent}`]),
    ...(memberOf === undefined ? [] : [`in ${memberOf}`]),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...(automatic.dhcp4 === true ? ['dhcp4'] : []),
    ...(automatic.ipv6 === undefined ? [] : [automatic.ipv6]),
    ...addresses.map(
      ({ address, prefixLength, guess }) => `${address}/${prefixLength}${guess === undefined ? '' : '?'}`,
    ),
    ...routes.map(
      ({ destination, prefixLength, gateway, metric, onLink, guess }) =>
        `${destination}/${prefixLength}>${gateway ?? ''}${metric === undefined ? '' : `#${metric}`}${onLink ? '!' : ''}${guess === undefined ? '' : '?'}`,
    ),
    ...dns.map((server) => `@${server}`),
  ].join(' ');
}

function spellDiagnostic({ severity, code, source, message }: Diagnostic): string {
  return `${severity} ${code} ${source}: ${message}`;
}

type Case = {
  readonly name: string;
  readonly links?: readonly object[];
  readonly networks?: readonly object[];
  readonly services?: readonly object[];
  readonly local?: string;
  readonly nics?: readonly LinkFact[];
  readonly policy?: Partial<Policy['network']>;
  readonly expected: readonly string[];
  /** Start of each diagnostic, then of each missing link. */
  readonly said?: readonly RegExp[];
};

function check(list: readonly Case[]): void {
  for (const { name, local, expected, said = [], ...given } of list) {
    it(name, () => {
      const { links = [], networks = [], services = [] } = given;
      const network = mergeEc2Address(read({ links, networks, services }), local, 'ec2');
      const found = resolve(network, {
        ...(given.nics === undefined ? {} : { links: given.nics }),
        ...(given.policy === undefined ? {} : { policy: given.policy }),
      });
      assert.deepEqual(found.network.links.map(spell), expected);
      const lines = [...found.diagnostics.map(spellDiagnostic), ...found.missingLinks];
      assert.equal(lines.length, said.length, lines.join('\n'));
      for (const [index, pattern] of said.entries()) assert.match(lines[index] ?? '', pattern);
    });
  }
}

const out = [route('0.0.0.0/0', '10.0.0.1')];

describe('links of the drive', () => {
  check([
    { name: 'nothing for an empty network', expected: [] },
    {
      name: 'a NIC under the guest’s name',
      links: [nic(2)],
      networks: [v4('n2', '10.0.0.5', { routes: out })],
      expected: ['eth2 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'NICs in the order of the drive',
      links: [nic(1), nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: out }), v4('n1', '10.0.1.5')],
      expected: ['eth1 10.0.1.5/24', 'eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
    },
    { name: 'a NIC without networks as it is', links: [nic(0, { mtu: 1400 })], expected: ['eth0 mtu 1400'] },
    {
      name: 'what is not there: named, an error only where it is used',
      links: [nic(7), nic(8), nic(9), bond('b', ['n9'])],
      networks: [v4('n7', '10.0.0.5'), v4('b', '10.0.1.5')],
      expected: [],
      said: [
        /^note missing nd links\[1\]: no NIC has MAC .*:08 .*; no network uses this link$/,
        /^no NIC has MAC .*:07/,
        /^no NIC has MAC .*:09/,
        /^bond b: none of its NICs is there$/,
      ],
    },
    {
      name: 'two entries for one NIC as one link',
      links: [nic(0, { mtu: 1400 }), nic(0, { id: 'twin', mtu: 1500 }), vlan('v', 'twin', 5)],
      networks: [v4('n0', '10.0.0.5', { routes: out }), v4('twin', '10.0.1.5')],
      expected: ['eth0 mtu 1400 10.0.0.5/24 10.0.1.5/24 0.0.0.0/0>10.0.0.1', 'eth0.5 tag 5 on eth0'],
      said: [/^warning conflict nd links\[1\]: eth0: another entry says an MTU of 1400; it counts$/],
    },
  ]);

  it('gives a NIC its own MAC and a bond or VLAN the drive’s', () => {
    const links = [
      nic(0),
      bond('b', ['n0'], { ethernet_mac_address: 'FA:16:3E:00:00:AA' }),
      vlan('v', 'b', 5, { vlan_mac_address: 'fa163e0000bb' }),
      vlan('w', 'b', 6),
    ];
    assert.deepEqual(
      resolve(read({ links })).network.links.map(({ name, mac }) => [name, mac]),
      [
        ['eth0', macOf(0)],
        ['b', 'fa:16:3e:00:00:aa'],
        ['b.5', 'fa:16:3e:00:00:bb'],
        ['b.6', undefined],
      ],
    );
  });
});

describe('bonds', () => {
  const pair = [nic(0), nic(1)];
  const uuid = '5b1e4f0e-9f0c-2d6f-0a7c-1e11a3d1b7c2';
  check([
    {
      name: 'after their members',
      links: [bond('bond0', ['n0', 'n1']), ...pair],
      networks: [v4('bond0', '10.0.0.5', { routes: out })],
      expected: ['eth0 in bond0', 'eth1 in bond0', 'bond0 of eth0+eth1 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'of the members that are there',
      links: [nic(0), nic(7), bond('b', ['n7', 'n0', 'n0'])],
      expected: ['eth0 in b', 'b of eth0'],
      said: [/^note missing nd links\[1\]/],
    },
    {
      name: 'not at all without members',
      links: [...pair, bond('b', [])],
      expected: ['eth0', 'eth1'],
      said: [/^warning missing nd links\[2\]: bond b: none of its NICs is there; not set up$/],
    },
    {
      name: 'of NICs alone: no bonds, no VLANs, nothing unknown',
      links: [...pair, bond('a', ['n0']), bond('b', ['a', 'v', 'nowhere', 'n1']), vlan('v', 'n0', 5)],
      expected: ['eth0 in a', 'eth1 in b', 'a of eth0', 'b of eth1'],
      said: [
        ...[0, 1, 2].map(() => /^error missing nd links\[3\]: a member of this bond is no NIC of the drive; left out$/),
        /^error conflict nd links\[4\]: eth0 is a member of a; this VLAN on it; not set up$/,
      ],
    },
    {
      name: 'of themselves',
      links: [...pair, bond('a', ['a', 'n0'])],
      expected: ['eth0 in a', 'eth1', 'a of eth0'],
      said: [/^error missing nd links\[2\]/],
    },
    {
      name: 'that want one NIC: the first has it',
      links: [...pair, bond('a', ['n0']), bond('b', ['n0', 'n1'])],
      expected: ['eth0 in a', 'eth1 in b', 'a of eth0', 'b of eth1'],
      said: [/^error conflict nd links\[3\]: eth0 is a member of a; left out$/],
    },
    {
      name: 'by two ids of one NIC',
      links: [nic(0), nic(0, { id: 'twin' }), bond('a', ['n0', 'twin'])],
      expected: ['eth0 in a', 'a of eth0'],
    },
    {
      name: 'whose member has networks',
      links: [...pair, bond('a', ['n0', 'n1'])],
      networks: [v4('n1', '10.0.0.5')],
      expected: ['eth0 in a', 'eth1 in a', 'a of eth0+eth1'],
      said: [/^error conflict nd networks\[0\]: eth1 is a member of a and has no address of its own; not used$/],
    },
    {
      name: 'that take a VLAN’s parent, whatever the order',
      links: [nic(0), vlan('v', 'n0', 5), bond('a', ['n0'])],
      networks: [v4('v', '10.0.0.5')],
      expected: ['eth0 in a', 'a of eth0'],
      said: [/^error conflict nd links\[1\]: eth0 is a member of a/],
    },
  ]);

  const names: [string, string[], string[]][] = [
    ['as the drive says', ['uplink', 'port-group-0', 'a'], ['uplink', 'port-group-0', 'a']],
    [
      'by number where that is no name for a link',
      [uuid, 'Größe', 'UPPER', 'a/b', 'sixteen-letters-'],
      ['bond0', 'bond1', 'bond2', 'bond3', 'bond4'],
    ],
    [
      'by number where the kernel has that name',
      ['all', 'default', 'lo', 'bonding_masters'],
      ['bond0', 'bond1', 'bond2', 'bond3'],
    ],
    ['by number where a NIC has that name', ['eth5'], ['bond0']],
    ['without taking the name that another asks for', [uuid, 'bond0'], ['bond1', 'bond0']],
  ];
  for (const [name, ids, expected] of names) {
    it(`are named ${name}`, () => {
      const facts = ids.map((_, index) => fact(index));
      const links = ids.flatMap((id, index) => [nic(index), bond(id, [`n${index}`])]);
      const found = resolve(read({ links }), { links: [...facts, fact(99, 'eth5')] });
      assert.deepEqual(
        found.network.links.filter(({ kind }) => kind === 'bond').map(({ name: given }) => given),
        expected,
      );
    });
  }

  it('keep their name when they are there already', () => {
    const made: LinkFact = { ...fact(0, 'bond0'), physical: false, ethernet: false };
    const found = resolve(read({ links: [nic(0), bond('bond0', ['n0'])] }), { links: [made, fact(0)] });
    assert.equal(found.network.links[1]?.name, 'bond0');
  });

  const primaries: [string, object, string | undefined, number][] = [
    ['a member', { bond_primary: 'n1' }, 'eth1', 0],
    ['a NIC beside the bond', { bond_primary: 'n2' }, undefined, 1],
    ['a NIC that is not there', { bond_primary: 'n7' }, undefined, 1],
    ['the bond', { bond_primary: 'a' }, undefined, 1],
    ['a member where all work', { bond_primary: 'n1', bond_mode: 'balance-rr' }, undefined, 1],
  ];
  for (const [name, fields, expected, problems] of primaries) {
    it(`take ${name} as primary: ${expected ?? 'no'}`, () => {
      const found = resolve(
        read({ links: [...pair, nic(2), bond('a', ['n0', 'n1'], { bond_mode: 'active-backup', ...fields })] }),
      );
      assert.equal(found.network.links.at(-1)?.bond?.options['primary'], expected);
      assert.equal(found.diagnostics.filter(({ message }) => message.startsWith('bond_primary: ')).length, problems);
    });
  }
});

describe('VLANs', () => {
  const long = 'enp129s0f1np1';
  const chain = (length: number): object[] => [
    nic(0),
    ...Array.from({ length }, (_, index) => vlan(`v${index}`, index === 0 ? 'n0' : `v${index - 1}`, 2)),
  ];
  check([
    {
      name: 'on a NIC, before or after it',
      links: [vlan('v', 'n0', 5), nic(0)],
      networks: [v4('v', '10.0.0.5', { routes: out })],
      expected: ['eth0', 'eth0.5 tag 5 on eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'on a VLAN, parents first',
      links: [vlan('c', 'b', 7), vlan('b', 'a', 6), vlan('a', 'n0', 5), nic(0)],
      expected: ['eth0', 'eth0.5 tag 5 on eth0', 'eth0.5.6 tag 6 on eth0.5', 'eth0.5.6.7 tag 7 on eth0.5.6'],
    },
    {
      name: 'on nothing',
      links: [vlan('v', 'nowhere', 5)],
      expected: [],
      said: [/^error missing nd links\[0\]: the parent of this VLAN is no link of the drive; not set up$/],
    },
    {
      name: 'on a NIC that is not there',
      links: [nic(7), vlan('v', 'n7', 5), vlan('w', 'n7', 6)],
      networks: [v4('v', '10.0.0.5')],
      expected: [],
      said: [
        /^error missing nd links\[1\]: the parent of this VLAN is not there; not set up$/,
        /^no NIC has MAC .*:07/,
      ],
    },
    {
      name: 'on themselves',
      links: [nic(0), vlan('v', 'v', 5)],
      expected: ['eth0'],
      said: [/^error value nd links\[1\]: this link is its own parent; not set up$/],
    },
    {
      name: 'in a ring, and what is on it',
      links: [vlan('x', 'a', 4), vlan('a', 'b', 5), vlan('b', 'c', 6), vlan('c', 'a', 7)],
      networks: [v4('x', '10.0.0.5')],
      expected: [],
      said: [
        /^error value nd links\[3\]: this link is its own/,
        /^error value nd links\[2\]/,
        /^error value nd links\[1\]/,
        /^error missing nd links\[0\]: the parent of this VLAN is not there/,
      ],
    },
    {
      name: 'seven deep on a NIC',
      links: chain(7),
      expected: [
        'eth0',
        'eth0.2 tag 2 on eth0',
        'eth0.2.2 tag 2 on eth0.2',
        'eth0.2.2.2 tag 2 on eth0.2.2',
        'eth0.2.2.2.2 tag 2 on eth0.2.2.2',
        'eth0.2.2.2.2.2 tag 2 on eth0.2.2.2.2',
        'vlan2 tag 2 on eth0.2.2.2.2.2',
        'vlan2.2 tag 2 on vlan2',
      ],
    },
    {
      name: 'no eight deep',
      links: chain(8).slice(0, 9),
      expected: resolve(read({ links: chain(7) })).network.links.map(spell),
      said: [/^error limit nd links\[8\]: more than 8 links on each other; not set up$/],
    },
    {
      name: 'twice, as one',
      links: [nic(0), vlan('v', 'n0', 5), vlan('w', 'n0', 5)],
      networks: [v4('w', '10.0.0.5', { routes: out })],
      expected: ['eth0', 'eth0.5 tag 5 on eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
      said: [/^warning conflict nd links\[2\]: another link is VLAN 5 on eth0 already; their networks come together$/],
    },
    {
      name: 'under a short name where the usual one is too long',
      nics: [fact(0, long)],
      links: [nic(0), vlan('v', 'n0', 5), vlan('w', 'n0', 101)],
      expected: [long, `${long}.5 tag 5 on ${long}`, `vlan101 tag 101 on ${long}`],
    },
    {
      name: 'under different short names',
      nics: [fact(0, `${long}a`), fact(1, `${long}b`), fact(2, 'vlan6')],
      links: [nic(0), nic(1), vlan('v', 'n0', 5), vlan('w', 'n1', 5), vlan('x', 'n0', 6)],
      expected: [
        `${long}a`,
        `${long}b`,
        `vlan5 tag 5 on ${long}a`,
        `vlan5-2 tag 5 on ${long}b`,
        `vlan6-2 tag 6 on ${long}a`,
      ],
    },
    {
      name: 'beside a NIC that has the usual name',
      nics: [fact(0), fact(1, 'eth0.5')],
      links: [nic(0), vlan('v', 'n0', 5)],
      expected: ['eth0', 'vlan5 tag 5 on eth0'],
    },
  ]);
});

describe('MTU', () => {
  check([
    {
      name: 'of members is that of their bond',
      links: [nic(0, { mtu: 1500 }), nic(1), bond('b', ['n0', 'n1'], { mtu: 9000 })],
      expected: ['eth0 in b mtu 9000', 'eth1 in b mtu 9000', 'b of eth0+eth1 mtu 9000'],
      said: [/^warning conflict nd links\[0\]: eth0 has the MTU of b, 9000, not 1500$/],
    },
    {
      name: 'of a bond that says none is the least of its members',
      links: [nic(0, { mtu: 9000 }), nic(1, { mtu: 8000 }), bond('b', ['n0', 'n1'])],
      expected: ['eth0 in b mtu 8000', 'eth1 in b mtu 8000', 'b of eth0+eth1 mtu 8000'],
      said: [/^warning conflict nd links\[0\]/],
    },
    {
      name: 'of a VLAN is no more than below',
      links: [nic(0, { mtu: 1500 }), vlan('v', 'n0', 5, { mtu: 1501 }), vlan('w', 'n0', 6, { mtu: 1500 })],
      expected: ['eth0 mtu 1500', 'eth0.5 tag 5 on eth0', 'eth0.6 tag 6 on eth0 mtu 1500'],
      said: [/^error conflict nd links\[1\]: eth0.5: an MTU of 1501 is more than eth0 has, 1500; not set$/],
    },
    {
      name: 'of a silent VLAN is that below',
      links: [nic(0, { mtu: 1500 }), vlan('v', 'n0', 5), vlan('w', 'v', 6, { mtu: 9000 })],
      expected: ['eth0 mtu 1500', 'eth0.5 tag 5 on eth0', 'eth0.5.6 tag 6 on eth0.5'],
      said: [/^error conflict nd links\[2\]/],
    },
    {
      name: 'of a link that says none is what its VLANs need',
      links: [nic(0), vlan('v', 'n0', 5), vlan('w', 'v', 6, { mtu: 8000 }), vlan('x', 'n0', 7, { mtu: 9000 })],
      expected: [
        'eth0 mtu 9000',
        'eth0.5 tag 5 on eth0 mtu 8000',
        'eth0.5.6 tag 6 on eth0.5 mtu 8000',
        'eth0.7 tag 7 on eth0 mtu 9000',
      ],
    },
    {
      name: 'stays unsaid where the usual one will do',
      links: [nic(0), vlan('v', 'n0', 5, { mtu: 1500 })],
      expected: ['eth0', 'eth0.5 tag 5 on eth0 mtu 1500'],
    },
    {
      name: 'reaches the members of a bond below a VLAN',
      links: [nic(0), bond('b', ['n0']), vlan('v', 'b', 5, { mtu: 9000 })],
      expected: ['eth0 in b mtu 9000', 'b of eth0 mtu 9000', 'b.5 tag 5 on b mtu 9000'],
    },
    {
      name: '1280 has room for IPv6',
      links: [nic(0, { mtu: 1280 })],
      networks: [v6('n0', '2001:db8::5')],
      expected: ['eth0 mtu 1280 2001:db8::5/64'],
    },
    {
      name: '1279 has none, also below a VLAN',
      links: [nic(0, { mtu: 1279 }), vlan('v', 'n0', 5)],
      networks: [v4('n0', '10.0.0.5', { routes: out }), v6('v', '2001:db8::5'), { link: 'v', type: 'ipv6_slaac' }],
      services: [{ type: 'dns', address: '10.0.0.2' }],
      expected: ['eth0 mtu 1279 10.0.0.5/24 0.0.0.0/0>10.0.0.1 @10.0.0.2', 'eth0.5 tag 5 on eth0'],
      said: [
        /^error conflict nd networks\[1\]: eth0.5: IPv6 needs an MTU of at least 1280, the link has 1279/,
        /^error conflict nd networks\[2\]/,
      ],
    },
  ]);
});

describe('addresses', () => {
  const dhcp = { link: 'n0', type: 'ipv4_dhcp' };
  check([
    {
      name: 'several of each family, in the order of the drive',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: out }), v6('n0', '2001:db8::5'), v4('n0', '10.0.0.6')],
      expected: ['eth0 10.0.0.5/24 2001:db8::5/64 10.0.0.6/24 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'with a guessed prefix',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { netmask: null, routes: out }), v6('n0', '2001:db8::5', { netmask: null })],
      policy: { default_prefix: 20 },
      expected: ['eth0 10.0.0.5/20? 2001:db8::5/64? 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'once, with the routes of both',
      links: [nic(0)],
      networks: [
        v4('n0', '10.0.0.5', { routes: out }),
        v4('n0', '10.0.0.5', { routes: [route('10.9.0.0/16', '10.0.0.9')] }),
      ],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1 10.9.0.0/16>10.0.0.9'],
      said: [/^warning duplicate-key nd networks\[1\]: eth0 has 10.0.0.5 already; its routes are added$/],
    },
    {
      name: 'with another prefix length once more: the first counts',
      links: [nic(0)],
      networks: [
        v4('n0', '10.0.0.5', { routes: out }),
        v4('n0', '10.0.0.5', { netmask: '255.255.0.0' }),
        v4('n0', '10.0.0.5', { netmask: null }),
      ],
      policy: { default_prefix: 20 },
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
      said: [
        /^error conflict nd networks\[1\]: eth0 has 10.0.0.5\/24 already, this one is not set as \/16; its routes are added$/,
        /^warning duplicate-key nd networks\[2\]/,
      ],
    },
    {
      name: 'on two links, said once',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5', { routes: out }), v4('n1', '10.0.0.5')],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1', 'eth1 10.0.0.5/24'],
      said: [/^warning conflict nd networks\[1\]: 10.0.0.5 is on eth0 and on eth1$/],
    },
    {
      name: 'by DHCP and static',
      links: [nic(0)],
      networks: [dhcp, v4('n0', '10.0.0.5')],
      expected: ['eth0 dhcp4 10.0.0.5/24'],
    },
    ...(
      [
        ['slaac', ['ipv6_slaac']],
        ['stateless', ['ipv6_dhcpv6-stateless', 'ipv6_slaac']],
        ['stateless', ['ipv6_slaac', 'ipv6_dhcpv6-stateless']],
        ['stateful', ['ipv6_dhcpv6-stateless', 'ipv6_dhcp', 'ipv6_slaac']],
        ['stateful', ['ipv6_dhcpv6-stateful', 'ipv6_dhcpv6-stateless']],
      ] as const
    ).map(([word, types]) => ({
      name: `by ${types.join(' and ')}: ${word}`,
      links: [nic(0)],
      networks: types.map((type) => ({ link: 'n0', type })),
      expected: [`eth0 ${word}`],
    })),
  ]);
});

describe('routes', () => {
  const two = [nic(0), nic(1)];
  check([
    {
      name: 'to the world, to networks, to hosts, on the link',
      links: [nic(0)],
      networks: [
        v4('n0', '10.0.0.5', {
          routes: [
            ...out,
            route('10.9.0.0/16', '10.0.0.9', { metric: 7 }),
            route('192.0.2.1/32', '10.0.0.8'),
            route('10.8.0.0/16', '0.0.0.0'),
          ],
        }),
      ],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1 10.9.0.0/16>10.0.0.9#7 192.0.2.1/32>10.0.0.8 10.8.0.0/16>'],
    },
    {
      name: 'of metric 0, which is the kernel’s own choice',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: [route('0.0.0.0/0', '10.0.0.1', { metric: 0 })] })],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'once',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: out }), v4('n0', '10.0.0.6', { routes: out })],
      expected: ['eth0 10.0.0.5/24 10.0.0.6/24 0.0.0.0/0>10.0.0.1'],
    },
    ...(
      [
        ['a /32', '10.0.0.5/32', '172.16.0.1', '!'],
        ['a subnet that has it', '10.0.0.5/24', '10.0.0.1', ''],
        ['a subnet that has it not', '10.0.0.5/30', '10.0.0.9', '!'],
        ['a /31', '10.0.0.4/31', '10.0.0.5', ''],
        ['an IPv4 link-local router', '10.0.0.5/32', '169.254.1.1', '!'],
        ['a /128', '2001:db8::5/128', '2001:db8:1::1', '!'],
        ['an IPv6 subnet that has it', '2001:db8::5/64', '2001:db8::1', ''],
        ['an IPv6 link-local router', '2001:db8::5/128', 'fe80::1', ''],
      ] as const
    ).map(([name, address, gateway, mark]) => {
      const [isV4, all] = address.includes('.') ? ([true, '0.0.0.0/0'] as const) : ([false, '::/0'] as const);
      const network = {
        ...(isV4 ? v4('n0', address) : v6('n0', address)),
        netmask: null,
        routes: [route(all, gateway)],
      };
      return {
        name: `through a gateway and ${name}`,
        links: [nic(0)],
        networks: [network],
        expected: [`eth0 ${address} ${all}>${gateway}${mark}`],
      };
    }),
    {
      name: 'through a gateway in the subnet of another address of the link',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: [route('0.0.0.0/0', '10.0.1.1')] }), v4('n0', '10.0.1.5')],
      expected: ['eth0 10.0.0.5/24 10.0.1.5/24 0.0.0.0/0>10.0.1.1'],
    },
    {
      name: 'through a gateway in the subnet of another link',
      links: two,
      networks: [v4('n0', '10.0.0.5', { routes: [route('0.0.0.0/0', '10.0.1.1')] }), v4('n1', '10.0.1.5')],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.1.1!', 'eth1 10.0.1.5/24'],
    },
    {
      name: 'before the lease that may bring their subnet',
      links: [nic(0)],
      networks: [
        { link: 'n0', type: 'ipv4_dhcp', routes: [route('10.9.0.0/16', '10.0.0.9')] },
        {
          link: 'n0',
          type: 'ipv6_slaac',
          routes: [route('2001:db8:9::/48', 'fe80::9'), route('2001:db8:8::/48', '2001:db8::8')],
        },
      ],
      expected: ['eth0 dhcp4 slaac 10.9.0.0/16>10.0.0.9! 2001:db8:9::/48>fe80::9 2001:db8:8::/48>2001:db8::8!'],
    },
    {
      name: 'to the world that router advertisements bring',
      links: [nic(0)],
      networks: [{ link: 'n0', type: 'ipv6_slaac', routes: [route('::/0', '2001:db8::1')] }],
      expected: ['eth0 slaac'],
      said: [
        /^note conflict nd networks\[0\]\.routes\[0\]: eth0: the default route comes by router advertisement; this one is left out$/,
      ],
    },
    {
      name: 'through the guest itself',
      links: two,
      networks: [v4('n0', '10.0.0.5', { routes: [...out, route('10.9.0.0/16', '10.0.1.5')] }), v4('n1', '10.0.1.5')],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1', 'eth1 10.0.1.5/24'],
      said: [
        /^error conflict nd networks\[0\]\.routes\[1\]: eth0: the gateway 10.0.1.5 is the guest itself; left out$/,
      ],
    },
    {
      name: 'to the link’s own subnet: the address brings it',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: [...out, route('10.0.0.0/24', '0.0.0.0')] })],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
    },
    {
      name: 'to the link’s own subnet through a gateway',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5', { routes: [...out, route('10.0.0.0/24', '10.0.0.1')] })],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1'],
      said: [
        /^error conflict .*: eth0: 10.0.0.0\/24 is the subnet of eth0, which has a route to it already; left out$/,
      ],
    },
    {
      name: 'to another link’s subnet, which would hide it',
      links: two,
      networks: [
        v4('n0', '10.0.0.5', {
          routes: [...out, route('10.0.1.0/24', '0.0.0.0'), route('10.0.1.0/24', '10.0.0.1', { metric: 9 })],
        }),
        v4('n1', '10.0.1.5'),
      ],
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1 10.0.1.0/24>10.0.0.1#9', 'eth1 10.0.1.5/24'],
      said: [/is the subnet of eth1/],
    },
    {
      name: 'of the same destination on several links, one behind the other',
      links: [...two, nic(2)],
      networks: [
        v4('n0', '10.0.0.5', { routes: out }),
        v4('n1', '10.0.1.5', { routes: [route('0.0.0.0/0', '10.0.1.1')] }),
        v4('n2', '10.0.2.5', { routes: [route('0.0.0.0/0', '10.0.2.1'), route('10.9.0.0/16', '10.0.2.9')] }),
      ],
      expected: [
        'eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1',
        'eth1 10.0.1.5/24 0.0.0.0/0>10.0.1.1#1025',
        'eth2 10.0.2.5/24 0.0.0.0/0>10.0.2.1#1026 10.9.0.0/16>10.0.2.9',
      ],
      said: [
        /^note conflict nd networks\[1\]\.routes\[0\]: eth1: its default route comes behind the one of eth0, with metric 1025$/,
        /metric 1026$/,
      ],
    },
    {
      name: 'of the same destination and metric',
      links: two,
      networks: [
        v4('n0', '10.0.0.5', {
          routes: [route('0.0.0.0/0', '10.0.0.1', { metric: 50 }), route('0.0.0.0/0', '10.0.0.2', { metric: 51 })],
        }),
        v4('n1', '10.0.1.5', { routes: [route('0.0.0.0/0', '10.0.1.1', { metric: 50 })] }),
      ],
      expected: [
        'eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1#50 0.0.0.0/0>10.0.0.2#51',
        'eth1 10.0.1.5/24 0.0.0.0/0>10.0.1.1#52',
      ],
      said: [/metric 52$/],
    },
    {
      name: 'of IPv6, where none means 1024',
      links: two,
      networks: [
        v6('n0', '2001:db8::5', { routes: [route('::/0', 'fe80::1', { metric: 1024 })] }),
        v6('n1', '2001:db8:1::5', { routes: [route('::/0', 'fe80::1')] }),
      ],
      expected: ['eth0 2001:db8::5/64 ::/0>fe80::1#1024', 'eth1 2001:db8:1::5/64 ::/0>fe80::1#1025'],
      said: [/metric 1025$/],
    },
    {
      name: 'of both families beside each other',
      links: [nic(0)],
      networks: [
        v4('n0', '10.0.0.5', { routes: out }),
        v6('n0', '2001:db8::5', { routes: [route('::/0', 'fe80::1')] }),
      ],
      expected: ['eth0 10.0.0.5/24 2001:db8::5/64 0.0.0.0/0>10.0.0.1 ::/0>fe80::1'],
    },
  ]);
});

describe('the guessed gateway', () => {
  const bare = { netmask: null };
  check([
    {
      name: 'of an address alone',
      links: [nic(0)],
      local: '10.0.0.5',
      expected: ['eth0 10.0.0.5/24? 0.0.0.0/0>10.0.0.254?'],
    },
    {
      name: 'of an address without a link',
      nics: [fact(0)],
      local: '10.0.0.5',
      expected: ['eth0 10.0.0.5/24? 0.0.0.0/0>10.0.0.254?'],
    },
    {
      name: 'outside a narrow prefix',
      links: [nic(0)],
      local: '10.0.0.5',
      policy: { default_prefix: 28 },
      expected: ['eth0 10.0.0.5/28? 0.0.0.0/0>10.0.0.254!?'],
    },
    {
      name: 'once',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5', bare), v4('n1', '10.0.1.5', bare)],
      expected: ['eth0 10.0.0.5/24? 0.0.0.0/0>10.0.0.254?', 'eth1 10.0.1.5/24?'],
    },
    {
      name: 'not where a netmask is said',
      links: [nic(0)],
      networks: [v4('n0', '10.0.0.5')],
      expected: ['eth0 10.0.0.5/24'],
      said: [/^note missing nd networks\[0\]: eth0 10.0.0.5\/24: no default route; the drive gives no gateway$/],
    },
    {
      name: 'not where another link leads out',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5', bare), v4('n1', '10.0.1.5', { routes: [route('0.0.0.0/0', '10.0.1.1')] })],
      expected: ['eth0 10.0.0.5/24?', 'eth1 10.0.1.5/24 0.0.0.0/0>10.0.1.1'],
    },
    {
      name: 'not where DHCP gives one',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5', bare), { link: 'n1', type: 'ipv4_dhcp' }],
      expected: ['eth0 10.0.0.5/24?', 'eth1 dhcp4'],
    },
    {
      name: 'not when the image wants none',
      links: [nic(0)],
      local: '10.0.0.5',
      policy: { default_gateway: 'none' },
      expected: ['eth0 10.0.0.5/24?'],
      said: [/^note missing/],
    },
    {
      name: 'not the guest itself',
      links: [nic(0)],
      local: '10.0.0.254',
      expected: ['eth0 10.0.0.254/24?'],
      said: [/^warning guess ec2 local-ipv4: eth0: no gateway: .*own address/],
    },
  ]);
});

describe('name servers', () => {
  const dns = (...addresses: string[]): object[] => addresses.map((address) => ({ type: 'dns', address }));
  const outOf = (gateway: string): object => ({ routes: [route('0.0.0.0/0', gateway)] });
  check([
    {
      name: 'of a network stay on its link, in order, each once',
      links: [nic(0)],
      networks: [
        v4('n0', '10.0.0.5', { ...outOf('10.0.0.1'), services: dns('10.0.0.3', '10.0.0.2') }),
        v6('n0', '2001:db8::5', { services: dns('10.0.0.2', '2001:db8::53') }),
      ],
      expected: ['eth0 10.0.0.5/24 2001:db8::5/64 0.0.0.0/0>10.0.0.1 @10.0.0.3 @10.0.0.2 @2001:db8::53'],
    },
    {
      name: 'of the guest go to the way out',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5'), v4('n1', '10.0.1.5', outOf('10.0.1.1'))],
      services: dns('9.9.9.9', '9.9.9.9'),
      expected: ['eth0 10.0.0.5/24', 'eth1 10.0.1.5/24 0.0.0.0/0>10.0.1.1 @9.9.9.9'],
    },
    {
      name: 'of the guest go to DHCP before an address that leads nowhere',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5'), { link: 'n1', type: 'ipv4_dhcp' }],
      services: dns('9.9.9.9'),
      expected: ['eth0 10.0.0.5/24', 'eth1 dhcp4 @9.9.9.9'],
    },
    {
      name: 'of the guest go to an address at least',
      links: [nic(1), nic(0)],
      networks: [v4('n0', '10.0.0.5')],
      services: dns('9.9.9.9'),
      expected: ['eth1', 'eth0 10.0.0.5/24 @9.9.9.9'],
      said: [/^note missing/],
    },
    {
      name: 'of the guest that a network has are there',
      links: [nic(0), nic(1)],
      networks: [v4('n0', '10.0.0.5', outOf('10.0.0.1')), v4('n1', '10.0.1.5', { services: dns('10.0.1.2') })],
      services: dns('10.0.1.2', '9.9.9.9'),
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1 @9.9.9.9', 'eth1 10.0.1.5/24 @10.0.1.2'],
    },
    {
      name: 'of the guest and of a link that is not there',
      links: [nic(0), nic(7)],
      networks: [v4('n0', '10.0.0.5', outOf('10.0.0.1')), v4('n7', '10.0.1.5', { services: dns('9.9.9.9') })],
      services: dns('9.9.9.9'),
      expected: ['eth0 10.0.0.5/24 0.0.0.0/0>10.0.0.1 @9.9.9.9'],
      said: [/^no NIC has MAC .*:07/],
    },
    {
      name: 'without any link are named',
      links: [nic(0)],
      services: dns('9.9.9.9'),
      expected: ['eth0'],
      said: [/^note missing .*: no link has an address; the name servers are not used$/],
    },
  ]);
});

describe('any drive', () => {
  const scalar = fc.constantFrom(
    'n0',
    'n1',
    'n2',
    'b',
    'v',
    'w',
    'all',
    'default',
    'bonding_masters',
    'eth3',
    '__proto__',
    'constructor',
  );
  const mtu = fc.option(fc.constantFrom(68, 1279, 1280, 1500, 9000), { nil: undefined });
  const link = fc.oneof(
    fc.record({
      id: scalar,
      type: fc.constant('ovs'),
      ethernet_mac_address: fc.constantFrom(macOf(0), macOf(1), macOf(2), macOf(9)),
      mtu,
    }),
    fc.record({
      id: scalar,
      type: fc.constant('bond'),
      bond_links: fc.array(scalar, { maxLength: 4 }),
      bond_mode: fc.constantFrom('0', '1', '4', 'x'),
      bond_primary: scalar,
      mtu,
    }),
    fc.record({ id: scalar, type: fc.constant('vlan'), vlan_link: scalar, vlan_id: fc.constantFrom(1, 2, 4094), mtu }),
  );
  const address = fc.constantFrom('10.0.0.5', '10.0.0.6', '10.0.1.5', '10.0.1.5/32', '2001:db8::5', '2001:db8::6/128');
  const routes = fc.array(
    fc.record({
      network: fc.constantFrom('0.0.0.0/0', '10.0.0.0/24', '10.0.1.0/24', '::/0', '2001:db8::/64'),
      gateway: fc.constantFrom('10.0.0.1', '10.0.0.6', '10.0.1.1', '0.0.0.0', 'fe80::1', '2001:db8::1', '::'),
      metric: fc.option(fc.constantFrom(0, 50, 1024, 1025), { nil: undefined }),
    }),
    { maxLength: 4 },
  );
  const network = fc.record({
    link: scalar,
    type: fc.constantFrom('static', 'ipv4_dhcp', 'ipv6_slaac'),
    ip_address: address,
    routes,
  });
  const drive = fc.record({ links: fc.array(link, { maxLength: 8 }), networks: fc.array(network, { maxLength: 8 }) });

  it('gives a model that the kernel can take', () => {
    fc.assert(
      fc.property(drive, (json) => {
        const config = read(json);
        const { network: model } = resolve(config);
        const names = model.links.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, 'a name twice');
        const places = new Set<string>();
        const own = new Set(model.links.flatMap(({ addresses }) => addresses.map(({ address: text }) => text)));
        for (const [index, item] of model.links.entries()) {
          const before = names.slice(0, index);
          assert.match(item.name, /^[a-z][a-z0-9_.-]{0,14}$/);
          assert.ok(!['all', 'default', 'lo', 'bonding_masters'].includes(item.name));
          if (item.vlan !== undefined) {
            assert.ok(before.includes(item.vlan.parent), 'a VLAN before its parent');
            const parent = model.links.find(({ name }) => name === item.vlan?.parent);
            assert.equal(parent?.memberOf, undefined);
            assert.ok((item.mtu ?? 0) <= (parent?.mtu ?? 1500) || parent?.vlan !== undefined);
          }
          for (const member of item.bond?.members ?? []) {
            assert.ok(before.includes(member));
            assert.equal(model.links.find(({ name }) => name === member)?.memberOf, item.name);
          }
          if (item.bond !== undefined) assert.ok(item.bond.members.length > 0);
          if (item.memberOf !== undefined)
            assert.equal(item.addresses.length + item.routes.length + item.dns.length, 0);
          for (const { destination, prefixLength, gateway, metric, family, onLink } of item.routes) {
            const place = `${destination}/${prefixLength} ${metric ?? (family === 4 ? 0 : 1024)}`;
            assert.ok(!places.has(place), `${place} twice`);
            places.add(place);
            assert.ok(gateway === undefined || !own.has(gateway), 'the guest as its own router');
            if (gateway === undefined || gateway.startsWith('fe80:')) continue;
            const router = parseAddress(gateway);
            const isNear = item.addresses.some(({ address: text, prefixLength: length }) => {
              const parsed = parseAddress(text);
              return router !== undefined && parsed !== undefined && isInNetwork(router, parsed, length);
            });
            assert.equal(onLink === true, !isNear);
          }
        }
        assert.deepEqual(resolve(config).network, model, 'a second time');
      }),
      { numRuns: 2000 },
    );
  });

  const tall: [string, (count: number) => object][] = [
    [
      'a tower of VLANs, top first',
      (count) => ({
        links: [...Array.from({ length: count }, (_, index) => vlan(`v${index}`, `v${index + 1}`, 2)), nic(0)],
      }),
    ],
    [
      'a ring of VLANs',
      (count) => ({
        links: Array.from({ length: count }, (_, index) => vlan(`v${index}`, `v${(index + 1) % count}`, 2)),
      }),
    ],
    [
      'bonds that share their members',
      (count) => ({
        links: [nic(0), nic(1), ...Array.from({ length: count }, (_, index) => bond(`b${index}`, ['n0', 'n1']))],
      }),
    ],
    [
      'bonds of each other',
      (count) => ({
        links: Array.from({ length: count }, (_, index) =>
          bond(`b${index}`, [`b${(index + 1) % count}`, `b${(index + 2) % count}`]),
        ),
        networks: [v4('b0', '10.0.0.5')],
      }),
    ],
    [
      'addresses and routes on one link',
      (count) => ({
        links: [nic(0)],
        networks: Array.from({ length: count }, (_, index) =>
          v4('n0', `10.${index >> 8}.${index & 255}.5`, {
            routes: [route('0.0.0.0/0', `10.${index >> 8}.${index & 255}.1`)],
          }),
        ),
      }),
    ],
    [
      'name servers',
      (count) => ({
        links: [nic(0)],
        networks: [
          v4('n0', '10.0.0.5', {
            routes: out,
            services: Array.from({ length: count }, (_, index) => ({
              type: 'dns',
              address: `10.9.${index >> 8}.${index & 255}`,
            })),
          }),
        ],
      }),
    ],
  ];
  for (const [name, make] of tall) {
    it(`is resolved in linear time: ${name}`, async () => {
      await assertLinear(4000, (count) => {
        const config = read(make(count));
        return () => assert.ok(resolve(config).diagnostics.length <= 3 * count);
      });
    });
  }

  it('is resolved in linear time: NICs', async () => {
    await assertLinear(1000, (length) => {
      const facts = Array.from({ length }, (_, index) => fact(index));
      const links = facts.map((_, index) => nic(index, { mtu: 1450 }));
      const networks = facts.map((_, index) => v4(`n${index}`, `10.${index >> 8}.${index & 255}.5`));
      const config = read({ links, networks });
      return () => assert.equal(resolve(config, { links: facts }).network.links.length, length);
    });
  });

  it('is resolved in linear time: two links that want the same metrics', async () => {
    const make = (length: number): ReturnType<typeof read> => {
      const routes = Array.from({ length }, (_, at) => route('0.0.0.0/0', '10.0.0.1', { metric: at + 10 }));
      const both = [0, 1].map((at) => v4(`n${at}`, `10.0.0.${at + 5}`, { routes }));
      return read({ links: [nic(0), nic(1)], networks: both });
    };
    await assertLinear(2000, (length) => {
      const config = make(length);
      return () => resolve(config);
    });
    const { network } = resolve(make(2000));
    const metrics = network.links.map((link) => link.routes.map(({ metric }) => metric));
    assert.deepEqual(metrics[0]?.slice(0, 2), [10, 11]);
    assert.deepEqual([metrics[1]?.[0], metrics[1]?.at(-1)], [2010, 4009]);
  });

  it('has 256 addresses on a link at most, and each further one is named', () => {
    const networks = Array.from({ length: 258 }, (_, at) =>
      v4('n0', `10.0.${at >> 7}.${(at & 127) + 1}`, { netmask: '8' }),
    );
    const { network, diagnostics } = resolve(read({ links: [nic(0)], networks: [...networks, v4('n0', '10.0.0.9')] }));
    assert.equal(network.links[0]?.addresses.length, 256);
    const over = diagnostics
      .filter(({ code }) => code === 'limit')
      .map(({ source, message }) => `${source}: ${message}`);
    assert.deepEqual(
      over,
      [256, 257].map((at) => `nd networks[${at}]: eth0 has 256 addresses already; this one is not set`),
    );
  });

  it('names 50 missing NICs and counts the rest', () => {
    const links = Array.from({ length: 52 }, (_, at) => nic(at + 10));
    const networks = links.map((_, at) => v4(`n${at + 10}`, `10.0.0.${at + 1}`));
    const { missingLinks } = resolve(read({ links, networks }));
    assert.equal(missingLinks.length, 51);
    assert.equal(missingLinks.at(-1), '2 more links are not there');
  });

  it('is nothing for nothing', () => {
    assert.deepEqual(resolve(emptyNetwork), { network: { links: [] }, diagnostics: [], missingLinks: [] });
  });
});
