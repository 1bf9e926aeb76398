import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { emptyNetwork, type NetworkConfig } from '../../core/network-config.ts';
import { mergeEc2Address, parseNetworkData } from './network-data.ts';

const source = 'openstack/latest/network_data.json';

function parse(json: unknown): { network: NetworkConfig; diagnostics: Diagnostic[] } {
  return parseNetworkData(json, { source, place: (path) => ({ line: path.length + 1, column: 1 }) });
}

/** `severity code path` of each diagnostic. */
function problems(json: unknown): string[] {
  return parse(json).diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

const link = { id: 'tap1', type: 'ovs', ethernet_mac_address: 'FA:16:3E:00:00:05', mtu: 1450, vif_id: 'v' };
const network = {
  id: 'network0',
  type: 'ipv4',
  link: 'tap1',
  ip_address: '10.0.0.5',
  netmask: '255.255.255.0',
  routes: [],
};

function withNetwork(fields: object): object {
  return { links: [link], networks: [{ ...network, ...fields }] };
}

function withLink(fields: object): object {
  return { links: [{ ...link, ...fields }], networks: [] };
}

describe('parseNetworkData', () => {
  it('reads what Nova writes for a static NIC', () => {
    const { network: read, diagnostics } = parse({
      links: [link],
      networks: [
        {
          ...network,
          network_id: 'uuid',
          routes: [
            {
              network: '0.0.0.0',
              netmask: '0.0.0.0',
              gateway: '10.0.0.1',
              services: [{ type: 'dns', address: '9.9.9.9' }],
            },
          ],
          services: [{ type: 'dns', address: '10.0.0.2' }],
        },
      ],
      services: [
        { type: 'dns', address: '10.0.0.2' },
        { type: 'dns', address: '10.0.0.3' },
      ],
    });
    assert.deepEqual(diagnostics, []);
    const origin = { source: `${source} networks[0]` };
    assert.deepEqual(read, {
      links: [
        { id: 'tap1', kind: 'physical', mac: 'fa:16:3e:00:00:05', mtu: 1450, origin: { source: `${source} links[0]` } },
      ],
      addresses: [
        {
          link: 'tap1',
          family: 4,
          method: 'static',
          address: '10.0.0.5',
          prefixLength: 24,
          prefixOrigin: origin,
          routes: [
            {
              family: 4,
              destination: '0.0.0.0',
              prefixLength: 0,
              gateway: '10.0.0.1',
              origin: { source: `${source} networks[0].routes[0]` },
            },
          ],
          dns: ['10.0.0.2', '9.9.9.9'],
          origin,
        },
      ],
      dns: ['10.0.0.2', '10.0.0.3'],
    });
  });

  it('reads what CloudStack writes: shared network ids and a v6 default route with netmask "0"', () => {
    const { network: read, diagnostics } = parse({
      links: [{ ethernet_mac_address: '02:00:4c:e2:00:15', id: 'eth0', mtu: 1500, type: 'phy' }],
      networks: [
        {
          id: 'eth0',
          ip_address: '10.1.1.9',
          link: 'eth0',
          netmask: '255.255.255.0',
          network_id: 'a',
          type: 'ipv4',
          routes: [{ gateway: '10.1.1.1', netmask: '0.0.0.0', network: '0.0.0.0' }],
        },
        {
          id: 'eth0',
          ip_address: '2001:db8::9',
          link: 'eth0',
          netmask: '64',
          network_id: 'a',
          type: 'ipv6',
          routes: [{ gateway: '2001:db8::1', netmask: '0', network: '::' }],
        },
      ],
      services: [],
    });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(
      read.addresses.map(({ address, prefixLength, routes }) => [
        address,
        prefixLength,
        routes.map((route) => `${route.destination}/${route.prefixLength} ${route.gateway}`),
      ]),
      [
        ['10.1.1.9', 24, ['0.0.0.0/0 10.1.1.1']],
        ['2001:db8::9', 64, ['::/0 2001:db8::1']],
      ],
    );
  });

  it('reads Ironic bonds and VLANs', () => {
    const { network: read, diagnostics } = parse({
      links: [
        { id: 'i0', type: 'phy', ethernet_mac_address: 'a0:36:9f:2c:e8:70' },
        { id: 'i1', type: 'phy', ethernet_mac_address: 'a0:36:9f:2c:e8:71' },
        {
          id: 'bond',
          type: 'bond',
          ethernet_mac_address: 'a0:36:9f:2c:e8:70',
          bond_links: ['i0', 'i1'],
          bond_mode: '802.3ad',
          bond_miimon: 100,
        },
        { id: 'vlan', type: 'vlan', vlan_link: 'bond', vlan_id: '101', vlan_mac_address: 'a0-36-9f-2c-e8-72' },
      ],
    });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(read.links[2], {
      ...{ id: 'bond', kind: 'bond', mac: 'a0:36:9f:2c:e8:70', members: ['i0', 'i1'] },
      bondOptions: { mode: '802.3ad', miimon: '100' },
      origin: { source: `${source} links[2]` },
    });
    assert.deepEqual(read.links[3], {
      ...{ id: 'vlan', kind: 'vlan', mac: 'a0:36:9f:2c:e8:72', parent: 'bond', vlanId: 101 },
      origin: { source: `${source} links[3]` },
    });
  });

  const methods: [string, string, 4 | 6][] = [
    ['ipv4_dhcp', 'dhcp4', 4],
    ['dhcp4', 'dhcp4', 4],
    ['ipv6_dhcp', 'dhcp6', 6],
    ['ipv6_slaac', 'slaac', 6],
    ['ipv6_dhcpv6-stateless', 'dhcp6-stateless', 6],
    ['ipv6_dhcpv6-stateful', 'dhcp6', 6],
  ];
  for (const [type, method, family] of methods) {
    it(`reads network type ${type}`, () => {
      const { network: read, diagnostics } = parse({ links: [link], networks: [{ id: 'n', link: 'tap1', type }] });
      assert.deepEqual(diagnostics, []);
      assert.deepEqual(read.addresses, [
        { link: 'tap1', family, method, routes: [], dns: [], origin: { source: `${source} networks[0]` } },
      ]);
    });
  }

  const nicTypes = [
    'bridge',
    'dvs',
    'hw_veb',
    'hyperv',
    'ovs',
    'tap',
    'vhostuser',
    'vif',
    'phy',
    'ethernet',
    'bgpovs',
    'cascading',
  ];
  for (const type of nicTypes) {
    it(`reads link type ${type} as a NIC`, () => {
      const { network: read, diagnostics } = parse(withLink({ type }));
      assert.deepEqual([read.links[0]?.kind, diagnostics], ['physical', []]);
    });
  }

  const prefixes: [string, object, string | undefined, number | undefined][] = [
    ['a dotted mask', { netmask: '255.255.240.0' }, '10.0.0.5', 20],
    ['a length as text', { netmask: '22' }, '10.0.0.5', 22],
    ['a length as number', { netmask: 32 }, '10.0.0.5', 32],
    ['/len in ip_address', { netmask: undefined, ip_address: '10.0.0.5/28' }, '10.0.0.5', 28],
    ['/len in ip_address and the same mask', { ip_address: '10.0.0.5/24' }, '10.0.0.5', 24],
    ['a mask behind the slash', { netmask: null, ip_address: '10.0.0.5/255.255.0.0' }, '10.0.0.5', 16],
    ['no mask', { netmask: undefined }, '10.0.0.5', undefined],
    [
      'an IPv6 mask in address form',
      { type: 'ipv6', ip_address: '2001:DB8:0::5', netmask: 'ffff:ffff:ffff:ffff::' },
      '2001:db8::5',
      64,
    ],
    ['an IPv6 length', { type: 'ipv6', ip_address: '2001:db8::5', netmask: '56' }, '2001:db8::5', 56],
    ['static without a family', { type: 'static', ip_address: '2001:db8::5/48', netmask: null }, '2001:db8::5', 48],
    ['blanks around values', { ip_address: ' 10.0.0.5 ', netmask: ' 255.255.255.0 ' }, '10.0.0.5', 24],
  ];
  for (const [name, fields, address, prefixLength] of prefixes) {
    it(`reads ${name}`, () => {
      const { network: read, diagnostics } = parse(withNetwork(fields));
      assert.deepEqual(diagnostics, []);
      assert.deepEqual([read.addresses[0]?.address, read.addresses[0]?.prefixLength], [address, prefixLength]);
    });
  }

  it('reads the gateway key of vendors as a default route, and prefers routes', () => {
    const { network: read, diagnostics } = parse(withNetwork({ gateway: '10.0.0.9' }));
    assert.deepEqual(diagnostics, []);
    assert.equal(read.addresses[0]?.routes[0]?.gateway, '10.0.0.9');
    const both = withNetwork({
      gateway: '10.0.0.9',
      routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.0.1' }],
    });
    assert.deepEqual(
      parse(both).network.addresses[0]?.routes.map((route) => route.gateway),
      ['10.0.0.1'],
    );
    assert.deepEqual(problems(both), ['warning conflict networks[0].gateway']);
  });

  it('gives the gateway key of vendors the metric beside it', () => {
    const { network: read, diagnostics } = parse(withNetwork({ gateway: '10.0.0.9', metric: 50 }));
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(read.addresses[0]?.routes, [
      {
        ...{ family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.9', metric: 50 },
        origin: { source: `${source} networks[0].gateway` },
      },
    ]);
  });

  const defaults: [string, object][] = [
    ['address form', { network: '::', netmask: '::' }],
    ['netmask "0" (CloudStack)', { network: '::', netmask: '0' }],
    ['netmask 0', { network: '::', netmask: 0 }],
    ['/0', { network: '::/0' }],
    ['no netmask', { network: '::', netmask: '' }],
    ['destination instead of network', { destination: '::/0' }],
  ];
  for (const [name, target] of defaults) {
    it(`reads an IPv6 default route with ${name}`, () => {
      const fields = {
        type: 'ipv6',
        ip_address: '2001:db8::5',
        netmask: '64',
        routes: [{ ...target, gateway: 'fe80::1' }],
      };
      const { network: read, diagnostics } = parse(withNetwork(fields));
      assert.deepEqual(diagnostics, []);
      const [route] = read.addresses[0]?.routes ?? [];
      assert.deepEqual([route?.destination, route?.prefixLength, route?.gateway], ['::', 0, 'fe80::1']);
    });
  }

  const servers: [string, object, string[]][] = [
    ['of a network', { services: [{ type: 'dns', address: '10.0.0.2' }] }, ['10.0.0.2']],
    [
      'of a route, also of one that cannot be used',
      {
        routes: [
          {
            network: '0.0.0.0',
            netmask: '0.0.0.0',
            gateway: '10.0.0.1',
            services: [{ type: 'dns', address: '10.0.0.2' }],
          },
          { network: '10.9.0.0', services: [{ type: 'dns', address: '2001:DB8:0::53' }] },
        ],
      },
      ['10.0.0.2', '2001:db8::53'],
    ],
    ['of dns_nameservers as a list', { dns_nameservers: ['10.0.0.2', '10.0.0.3'] }, ['10.0.0.2', '10.0.0.3']],
    ['of dns_nameservers as a text', { dns_nameservers: '10.0.0.2, 10.0.0.3' }, ['10.0.0.2', '10.0.0.3']],
    [
      'of all, each once',
      { services: [{ type: 'dns', address: '10.0.0.2' }], dns_nameservers: ['10.0.0.2', '10.0.0.4'] },
      ['10.0.0.2', '10.0.0.4'],
    ],
  ];
  for (const [name, fields, expected] of servers) {
    it(`reads name servers ${name}`, () =>
      assert.deepEqual(parse(withNetwork(fields)).network.addresses[0]?.dns, expected));
  }

  it('keeps a server of the whole guest that a network has as well: that network may not come up', () => {
    const service = [{ type: 'dns', address: '10.0.0.2' }];
    const { network: read } = parse({
      links: [link],
      networks: [{ ...network, services: service }],
      services: service,
    });
    assert.deepEqual([read.dns, read.addresses[0]?.dns], [['10.0.0.2'], ['10.0.0.2']]);
  });

  const infiniband = '80:00:00:48:FE:80:00:00:00:00:00:00:00:02:C9:03:00:0A:6D:31';
  const macs: [string, string, string][] = [
    ['InfiniBand addresses of 20 bytes', infiniband, infiniband.toLowerCase()],
    ['dashes', 'FA-16-3E-00-00-05', 'fa:16:3e:00:00:05'],
    ['dots', 'fa16.3e00.0005', 'fa:16:3e:00:00:05'],
    ['nothing between', 'FA163E000005', 'fa:16:3e:00:00:05'],
  ];
  for (const [name, written, expected] of macs) {
    it(`reads MACs with ${name}`, () => {
      const { network: read, diagnostics } = parse(withLink({ type: 'infiniband', ethernet_mac_address: written }));
      assert.deepEqual([read.links[0]?.mac, diagnostics], [expected, []]);
    });
  }

  it('reads members of a bond that are numbers, as ids may be', () => {
    const { network: read, diagnostics } = parse({
      links: [
        { id: 1, ethernet_mac_address: 'fa:16:3e:00:00:01' },
        { id: 'b', type: 'bond', bond_links: [1] },
      ],
    });
    assert.deepEqual([read.links[0]?.id, read.links[1]?.members, diagnostics], ['1', ['1'], []]);
  });

  it('keeps networks of one address that say different things', () => {
    const other = { ...network, routes: [{ network: '10.9.0.0/16', gateway: '10.0.0.9' }] };
    const { network: read, diagnostics } = parse({ links: [link], networks: [network, other] });
    assert.deepEqual([read.addresses.length, diagnostics], [2, []]);
  });

  it('gives an empty network for {}', () => {
    assert.deepEqual(parse({}), { network: emptyNetwork, diagnostics: [] });
    assert.deepEqual(parse({ links: null, networks: null, services: null }), {
      network: emptyNetwork,
      diagnostics: [],
    });
  });

  const bad: [string, unknown, string[], { links: number; addresses: number; routes?: number }][] = [
    ['a list at the top', [], ['error type '], { links: 0, addresses: 0 }],
    ['links that are a map', { links: {} }, ['error type links'], { links: 0, addresses: 0 }],
    ['a link that is a string', { links: ['eth0', link] }, ['error type links[0]'], { links: 1, addresses: 0 }],
    ['a link without id', withLink({ id: undefined }), ['error missing links[0]'], { links: 0, addresses: 0 }],
    [
      'a link with a bad MAC',
      withLink({ ethernet_mac_address: 'fa:16:3e' }),
      ['error value links[0].ethernet_mac_address'],
      { links: 0, addresses: 0 },
    ],
    [
      'a link with MAC zero',
      withLink({ ethernet_mac_address: '00:00:00:00:00:00' }),
      ['error value links[0].ethernet_mac_address'],
      { links: 0, addresses: 0 },
    ],
    ['a link of an unknown type', withLink({ type: 'warp' }), ['warning value links[0]'], { links: 1, addresses: 0 }],
    ['mtu 0', withLink({ mtu: 0 }), ['error value links[0].mtu'], { links: 1, addresses: 0 }],
    ['mtu 67', withLink({ mtu: 67 }), ['error value links[0].mtu'], { links: 1, addresses: 0 }],
    ['mtu 65536', withLink({ mtu: 65_536 }), ['error value links[0].mtu'], { links: 1, addresses: 0 }],
    ['an mtu that is a list', withLink({ mtu: [] }), ['error type links[0].mtu'], { links: 1, addresses: 0 }],
    [
      'two links of one id',
      { links: [link, { ...link, mtu: 9000 }] },
      ['error duplicate-key links[1]'],
      { links: 1, addresses: 0 },
    ],
    [
      'a VLAN without parent',
      withLink({ type: 'vlan', vlan_id: 7 }),
      ['error missing links[0]'],
      { links: 0, addresses: 0 },
    ],
    [
      'VLAN 4095',
      withLink({ type: 'vlan', vlan_id: 4095, vlan_link: 'a' }),
      ['error value links[0].vlan_id'],
      { links: 0, addresses: 0 },
    ],
    ['a bond without members', withLink({ type: 'bond' }), ['error missing links[0]'], { links: 1, addresses: 0 }],
    [
      'a network of an unknown link',
      withNetwork({ link: 'tap9' }),
      ['error missing networks[0]'],
      { links: 1, addresses: 0 },
    ],
    [
      'a network without link, one link',
      withNetwork({ link: undefined }),
      ['warning missing networks[0]'],
      { links: 1, addresses: 1 },
    ],
    [
      'a network without address',
      withNetwork({ ip_address: null }),
      ['error missing networks[0]'],
      { links: 1, addresses: 0 },
    ],
    [
      'a network of an unknown type',
      withNetwork({ type: 'x', ip_address: undefined }),
      ['error value networks[0]'],
      { links: 1, addresses: 0 },
    ],
    [
      'an address of an unknown type',
      withNetwork({ type: 'x' }),
      ['warning value networks[0]'],
      { links: 1, addresses: 1 },
    ],
    [
      'an impossible address',
      withNetwork({ ip_address: '10.0.0.256' }),
      ['error value networks[0].ip_address'],
      { links: 1, addresses: 0 },
    ],
    [
      'a multicast address',
      withNetwork({ ip_address: '224.0.0.5' }),
      ['error value networks[0].ip_address'],
      { links: 1, addresses: 0 },
    ],
    [
      'an address that is a map',
      withNetwork({ ip_address: {} }),
      ['error missing networks[0]', 'error type networks[0].ip_address'],
      { links: 1, addresses: 0 },
    ],
    [
      'an address of the other family',
      withNetwork({ ip_address: '2001:db8::1/64', netmask: null }),
      ['warning conflict networks[0].ip_address'],
      { links: 1, addresses: 1 },
    ],
    [
      'a mask with holes',
      withNetwork({ netmask: '255.0.255.0' }),
      ['error value networks[0].netmask'],
      { links: 1, addresses: 1 },
    ],
    [
      'a wildcard mask',
      withNetwork({ netmask: '0.0.0.255' }),
      ['error value networks[0].netmask'],
      { links: 1, addresses: 1 },
    ],
    [
      'a mask of 33 bits',
      withNetwork({ netmask: '33' }),
      ['error value networks[0].netmask'],
      { links: 1, addresses: 1 },
    ],
    [
      'a mask of no bits',
      withNetwork({ netmask: '0.0.0.0' }),
      ['error value networks[0].ip_address'],
      { links: 1, addresses: 1 },
    ],
    [
      'masks that disagree',
      withNetwork({ ip_address: '10.0.0.5/16' }),
      ['warning conflict networks[0].netmask'],
      { links: 1, addresses: 1 },
    ],
    [
      'the same network twice',
      { links: [link], networks: [network, network] },
      ['warning duplicate-key networks[1]'],
      { links: 1, addresses: 1 },
    ],
    [
      'a gateway that is the guest',
      withNetwork({ gateway: '10.0.0.5' }),
      ['error value networks[0].gateway'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'a gateway of the other family',
      withNetwork({ gateway: 'fe80::1' }),
      ['error value networks[0].gateway'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'a route without gateway',
      withNetwork({ routes: [{ network: '10.9.0.0', netmask: '255.255.0.0' }] }),
      ['error missing networks[0].routes[0]'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'a route without mask',
      withNetwork({ routes: [{ network: '10.9.0.0', gateway: '10.0.0.1' }] }),
      ['error missing networks[0].routes[0]'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'a route with host bits',
      withNetwork({ routes: [{ network: '10.9.1.1', netmask: '255.255.0.0', gateway: '10.0.0.1' }] }),
      ['warning value networks[0].routes[0].network'],
      { links: 1, addresses: 1, routes: 1 },
    ],
    [
      'a default route to nowhere',
      withNetwork({ routes: [{ network: '0.0.0.0', netmask: '0', gateway: '0.0.0.0' }] }),
      ['warning value networks[0].routes[0]'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'a route with an empty mask',
      withNetwork({ routes: [{ network: '10.9.0.0', netmask: '', gateway: '10.0.0.1' }] }),
      ['error missing networks[0].routes[0]'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'a link-local address among others',
      {
        links: [link],
        networks: [
          network,
          { ...network, type: 'ipv6', ip_address: 'fe80::77', netmask: '64', gateway: 'fe80::1' },
          { ...network, type: 'ipv6', ip_address: '2001:db8::5', netmask: '64' },
        ],
      },
      ['error value networks[1].ip_address'],
      { links: 1, addresses: 2 },
    ],
    [
      'routes to what is link-local or multicast in IPv6',
      {
        links: [link],
        networks: [
          {
            ...{ ...network, type: 'ipv6', ip_address: '2001:db8::5', netmask: '64' },
            routes: [
              'fe80::/64',
              'febf::/16',
              'ff00::/8',
              'ff05::2/128',
              'fe80::/9',
              'fec0::/10',
              '2001:db8:9::/48',
            ].map((target) => ({ network: target, gateway: 'fe80::1' })),
          },
        ],
      },
      [0, 1, 2, 3, 4].map((at) => `error value networks[0].routes[${at}].network`),
      { links: 1, addresses: 1, routes: 2 },
    ],
    [
      'an address with two lengths',
      withNetwork({ ip_address: '10.0.0.5/26/8' }),
      ['error value networks[0].ip_address'],
      { links: 1, addresses: 1 },
    ],
    [
      'routes with two lengths; netmask counts where there is one',
      withNetwork({
        routes: [
          { network: '10.9.0.0/16/9', gateway: '10.0.0.1' },
          { network: '10.8.0.0/16/9', netmask: '255.255.0.0', gateway: '10.0.0.1' },
          { network: '0.0.0.0/', gateway: '10.0.0.1' },
        ],
      }),
      [0, 1, 2].map((at) => `error value networks[0].routes[${at}].network`),
      { links: 1, addresses: 1, routes: 1 },
    ],
    [
      'a route to nowhere in text',
      withNetwork({ routes: [{ network: 'blackhole', netmask: '255.255.0.0', gateway: '10.0.0.1' }] }),
      ['error value networks[0].routes[0].network'],
      { links: 1, addresses: 1, routes: 0 },
    ],
    [
      'dns_nameservers that is a number',
      withNetwork({ dns_nameservers: 7 }),
      ['error type networks[0].dns_nameservers'],
      { links: 1, addresses: 1 },
    ],
    [
      'dns_nameservers with a name among addresses',
      withNetwork({ dns_nameservers: ['ns1', '10.0.0.2', null] }),
      ['error value networks[0].dns_nameservers', 'error value networks[0].dns_nameservers'],
      { links: 1, addresses: 1 },
    ],
    [
      'search domains',
      withNetwork({ dns_search: ['example.org'] }),
      ['note unsupported-key networks[0].dns_search'],
      { links: 1, addresses: 1 },
    ],
    [
      'one bad route of two',
      withNetwork({ routes: [7, { network: '10.9.0.0/16', gateway: '10.0.0.1', metric: 5 }] }),
      ['error type networks[0].routes[0]'],
      { links: 1, addresses: 1, routes: 1 },
    ],
    [
      'a negative metric',
      withNetwork({ routes: [{ network: '10.9.0.0/16', gateway: '10.0.0.1', metric: -5 }] }),
      ['error value networks[0].routes[0].metric'],
      { links: 1, addresses: 1, routes: 1 },
    ],
    [
      'a name server that is a name',
      { services: [{ type: 'dns', address: 'ns1' }] },
      ['error value services[0]'],
      { links: 0, addresses: 0 },
    ],
    [
      'a service of another type',
      { services: [{ type: 'ntp', address: '10.0.0.1' }] },
      ['note unsupported-key services[0]'],
      { links: 0, addresses: 0 },
    ],
  ];
  for (const [name, json, expected, counts] of bad) {
    it(`reports ${name} and keeps the rest`, () => {
      const { network: read } = parse(json);
      assert.deepEqual(problems(json), expected);
      assert.deepEqual([read.links.length, read.addresses.length], [counts.links, counts.addresses]);
      if (counts.routes !== undefined) assert.equal(read.addresses[0]?.routes.length, counts.routes);
    });
  }

  it('never prints a value and gives each diagnostic a place', () => {
    const { diagnostics } = parse({
      links: [{ id: 'canary7', ethernet_mac_address: 'canary7', mtu: 'canary7' }, link],
      networks: [
        { link: 'canary7' },
        { ...network, ip_address: 'canary7' },
        { ...network, netmask: 'canary7', gateway: 'canary7' },
      ],
      services: [{ type: 'canary7' }],
    });
    assert.equal(diagnostics.length, 7);
    assert.doesNotMatch(JSON.stringify(diagnostics), /canary7/);
    for (const diagnostic of diagnostics) assert.ok(diagnostic.line !== undefined && diagnostic.line > 1);
  });

  describe('more than is read costs what is over the limit', () => {
    const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
      Array.from({ length: count }, (_, index) => make(index));
    const addressOf = (index: number): string => `10.${index >> 8}.${index & 255}.1`;
    const cases: readonly (readonly [string, object, readonly string[], Readonly<Record<string, number>>])[] = [
      [
        'links',
        { links: many(1026, (index) => ({ id: `t${index}` })) },
        ['error limit links[1024]: more than 1024 links; this one and the 1 after it are left out'],
        { links: 1024 },
      ],
      [
        'networks',
        { links: [link], networks: many(2049, (index) => ({ ...network, ip_address: addressOf(index) })) },
        ['error limit networks[2048]: more than 2048 networks; this one is left out'],
        { addresses: 2048 },
      ],
      [
        'routes, of all networks together',
        {
          links: [link],
          networks: many(2, (at) => ({
            ...network,
            ip_address: addressOf(at),
            routes: many(3000, (index) => ({ network: addressOf(index), netmask: '32', gateway: '10.200.0.2' })),
          })),
        },
        ['error limit networks[1].routes[1096]: more than 4096 routes; this one and the 1903 after it are left out'],
        { routes: 4096 },
      ],
      [
        'different name servers',
        { links: [link], networks: [network], services: many(300, (at) => ({ type: 'dns', address: addressOf(at) })) },
        ['error limit services[256]: more than 256 different name servers; this one and others after it are left out'],
        { servers: 256 },
      ],
    ];
    for (const [name, json, expected, counts] of cases) {
      it(name, () => {
        const { network: read, diagnostics } = parse(json);
        const told = diagnostics.map(({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message}`);
        assert.deepEqual(told, expected);
        const found: Record<string, number> = {
          links: read.links.length,
          addresses: read.addresses.length,
          routes: read.addresses.reduce((sum, { routes }) => sum + routes.length, 0),
          servers: read.dns.length,
        };
        for (const [key, count] of Object.entries(counts)) assert.equal(found[key], count, key);
      });
    }

    it('one server in every network is one', () => {
      const networks = many(300, (at) => ({ ...network, ip_address: addressOf(at), dns_nameservers: ['10.0.0.2'] }));
      assert.deepEqual(problems({ links: [link], networks }), []);
    });

    it('50 problems are told, then how many more there are', () => {
      const { diagnostics } = parse({ links: [link], networks: many(60, () => ({ ...network, ip_address: 'x' })) });
      assert.equal(diagnostics.length, 51);
      assert.deepEqual(diagnostics.at(-1)?.message, '10 more problems not shown');
    });
  });
});

describe('any document', () => {
  const scalar = fc.oneof(
    fc.constantFrom(
      'tap1',
      'ipv4',
      'ipv6',
      'bond',
      'vlan',
      '10.0.0.5',
      '::',
      '0.0.0.0',
      '255.255.255.0',
      '0',
      '10.0.0.0/8',
      'dns',
      '__proto__',
      null,
    ),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const keys = [
    'id',
    'type',
    'link',
    'ethernet_mac_address',
    'mtu',
    'vlan_id',
    'vlan_link',
    'bond_links',
    'bond_mode',
    'ip_address',
    'netmask',
    'gateway',
    'network',
    'metric',
    'address',
  ];
  const fields = fc.dictionary(fc.constantFrom(...keys), scalar);
  const entry = fc.oneof(fc.record({ id: fc.constant('tap1'), link: fc.constant('tap1') }), fields, scalar);
  const network = fc
    .tuple(fields, fc.array(entry, { maxLength: 3 }), fc.array(entry, { maxLength: 2 }))
    .map(([map, routes, services]) => ({ link: 'tap1', ...map, routes, services }));
  const document = fc.oneof(
    fc.record({ links: fc.array(entry), networks: fc.array(fc.oneof(network, entry)), services: fc.array(entry) }),
    fc.jsonValue(),
  );

  it('gives a network whose parts are sound, never an exception', () => {
    fc.assert(
      fc.property(document, (json) => {
        const { network: read } = parse(json);
        const ids = new Set(read.links.map((entry) => entry.id));
        assert.equal(ids.size, read.links.length);
        for (const entry of read.addresses) {
          assert.ok(ids.has(entry.link));
          assert.equal(entry.address !== undefined, entry.method === 'static');
          for (const route of entry.routes) {
            assert.equal(route.family, entry.family);
            assert.notEqual(route.gateway, entry.address);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('mergeEc2Address', () => {
  const ec2 = 'ec2/latest/meta-data.json';
  const parsed = (json: unknown): NetworkConfig => parse(json).network;

  for (const nothing of [undefined, null, '', '  ']) {
    it(`changes nothing for ${JSON.stringify(nothing)}`, () => {
      assert.equal(mergeEc2Address(emptyNetwork, nothing, ec2), emptyNetwork);
    });
  }

  it('changes nothing when a static network has the address', () => {
    const before = parsed({ links: [link], networks: [network] });
    assert.equal(mergeEc2Address(before, '10.0.0.5', ec2), before);
  });

  it('adds the address to the only NIC', () => {
    const after = mergeEc2Address(parsed({ links: [link] }), '10.0.0.5', ec2);
    assert.equal(after.links.length, 1);
    assert.deepEqual(after.addresses, [
      {
        link: 'tap1',
        family: 4,
        method: 'static',
        address: '10.0.0.5',
        routes: [],
        dns: [],
        origin: { source: `${ec2} local-ipv4` },
      },
    ]);
  });

  it('is the reserved address of an ipv4_dhcp network without address, and says so', () => {
    const before = parsed({
      links: [link],
      networks: [{ link: 'tap1', type: 'ipv4_dhcp', services: [{ type: 'dns', address: '10.0.0.2' }] }],
    });
    const after = mergeEc2Address(before, '10.0.0.5', ec2);
    assert.deepEqual(after.addresses, [
      {
        ...{ link: 'tap1', family: 4, method: 'dhcp4', routes: [], dns: ['10.0.0.2'] },
        origin: { source: `${source} networks[0]` },
        reserved: {
          address: '10.0.0.5',
          origin: { source: `${ec2} local-ipv4 (${source} networks[0] says DHCP without an address)` },
        },
      },
    ]);
  });

  it('takes the first of several ipv4_dhcp networks, as Nova fills local-ipv4', () => {
    const two = [link, { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' }];
    const before = parsed({
      links: two,
      networks: [
        { link: 'tap2', type: 'ipv4_dhcp' },
        { link: 'tap1', type: 'ipv4_dhcp' },
      ],
    });
    assert.deepEqual(
      mergeEc2Address(before, '10.0.0.5', ec2).addresses.map((entry) => [entry.link, entry.reserved?.address]),
      [
        ['tap2', '10.0.0.5'],
        ['tap1', undefined],
      ],
    );
  });

  it('inside the prefix of a static network is on its link, with that prefix', () => {
    const two = [link, { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' }];
    const before = parsed({
      links: two,
      networks: [
        { link: 'tap1', type: 'ipv4', ip_address: '10.1.0.9', netmask: '255.255.0.0' },
        { link: 'tap2', type: 'ipv4', ip_address: '10.0.0.9', netmask: '255.255.255.192' },
      ],
    });
    const [, holder, added] = mergeEc2Address(before, '10.0.0.5', ec2).addresses;
    assert.deepEqual(added, {
      ...{ link: 'tap2', family: 4, method: 'static', address: '10.0.0.5', prefixLength: 26, routes: [], dns: [] },
      prefixOrigin: holder?.origin,
      origin: { source: `${ec2} local-ipv4` },
    });
    const outside = mergeEc2Address(before, '10.0.0.65', ec2).addresses.at(-1);
    assert.deepEqual([outside?.link, outside?.prefixLength], ['local-ipv4', undefined]);
  });

  it('adds a link entry without MAC where nothing tells the NIC', () => {
    const after = mergeEc2Address(emptyNetwork, '10.0.0.5', ec2);
    assert.deepEqual(after.links, [{ id: 'local-ipv4', kind: 'physical', origin: { source: `${ec2} local-ipv4` } }]);
    assert.equal(after.addresses[0]?.link, 'local-ipv4');
  });

  for (const value of ['10.0.0', '2001:db8::1', '127.0.0.1', '10.0.0.5/24', 'nonsense']) {
    it(`reports ${value}`, () => {
      const diagnostics: Diagnostic[] = [];
      assert.equal(mergeEc2Address(emptyNetwork, value, ec2, diagnostics), emptyNetwork);
      assert.deepEqual(
        diagnostics.map(({ code, path }) => [code, path]),
        [['value', 'local-ipv4']],
      );
    });
  }
});
