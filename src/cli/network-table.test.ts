import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResolvedLink } from '../core/resolved-network.ts';
import { tabulateNetwork } from './network-table.ts';

const from = (source: string) => ({ origin: { source } });
const link = (fields: Partial<ResolvedLink> & Pick<ResolvedLink, 'name'>): ResolvedLink => ({
  ...{ kind: 'physical', automatic: {}, addresses: [], routes: [], dns: [], ...from('network_data.json links[0]') },
  ...fields,
});

test('a network without links is no table', () => assert.deepEqual(tabulateNetwork({ links: [] }), []));

test('each link has its row, and what is more than one goes below it', () => {
  const links = [
    link({
      ...{ name: 'eth0', mtu: 1400, dns: ['10.0.0.2', '10.0.0.3'] },
      addresses: [
        { family: 4, address: '10.0.0.5', prefixLength: 24, ...from('networks[0]') },
        { family: 6, address: '2001:db8::5', prefixLength: 64, ...from('networks[1]') },
      ],
      routes: [
        { family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', metric: 5, ...from('r') },
        { family: 4, destination: '10.9.0.0', prefixLength: 16, ...from('r') },
        { family: 6, destination: '::', prefixLength: 0, gateway: 'fe80::1', onLink: true, ...from('r') },
      ],
    }),
    link({ name: 'eth1', memberOf: 'bond0' }),
    link({ name: 'bond0', kind: 'bond', bond: { mode: '802.3ad', members: ['eth1'], options: {} } }),
    link({
      name: 'bond0.30',
      kind: 'vlan',
      vlan: { parent: 'bond0', id: 30 },
      automatic: { dhcp4: true, ipv6: 'slaac' },
    }),
  ];
  assert.deepEqual(tabulateNetwork({ links }), [
    'link                address          routes                         name servers  mtu   from',
    'eth0                10.0.0.5/24      default via 10.0.0.1 metric 5  10.0.0.2      1400  network_data.json links[0]',
    '                    2001:db8::5/64   10.9.0.0/16                    10.0.0.3            networks[0]',
    '                                     default via fe80::1 on link                        networks[1]',
    'eth1                                                                                    network_data.json links[0]',
    '  in bond0',
    'bond0                                                                                   network_data.json links[0]',
    '  802.3ad of',
    '    eth1',
    'bond0.30            DHCP                                                                network_data.json links[0]',
    '  vlan 30 of bond0  IPv6 advertised',
  ]);
});
