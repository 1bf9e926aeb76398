// Addresses and masks: what is none, what cannot be one of a guest, what is spelled oddly.

import type { Entry } from '../entry.ts';
import { network } from './data.ts';

export const addresses: readonly Entry[] = [
  [
    'IPv4 address 192.0.2.256',
    network({ ip_address: '192.0.2.256' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 192.0.2',
    network({ ip_address: '192.0.2' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 192.0.2.5.6',
    network({ ip_address: '192.0.2.5.6' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 0300.0.2.5',
    network({ ip_address: '0300.0.2.5' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 0x7f.0.0.1',
    network({ ip_address: '0x7f.0.0.1' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 3221225989',
    network({ ip_address: '3221225989' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  ['IPv4 address 192.0.2.5 ', network({ ip_address: '192.0.2.5 ' }), 'plan'],
  ['IPv4 address  192.0.2.5', network({ ip_address: ' 192.0.2.5' }), 'plan'],
  [
    'IPv4 address 192.0.2.05',
    network({ ip_address: '192.0.2.05' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 0.0.0.0',
    network({ ip_address: '0.0.0.0' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 255.255.255.255',
    network({ ip_address: '255.255.255.255' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 127.0.0.1',
    network({ ip_address: '127.0.0.1' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 224.0.0.1',
    network({ ip_address: '224.0.0.1' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  ['IPv4 address 169.254.1.1', network({ ip_address: '169.254.1.1' }), 'plan'],
  ['IPv4 address 192.0.2.0', network({ ip_address: '192.0.2.0' }), 'plan'],
  ['IPv4 address 192.0.2.255', network({ ip_address: '192.0.2.255' }), 'plan'],
  [
    'IPv4 address ::1',
    network({ ip_address: '::1' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address S3cr3t',
    network({ ip_address: 'S3cr3t' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  ['IPv4 address 192.0.2.5/24', network({ ip_address: '192.0.2.5/24' }), 'plan'],
  ['IPv4 address 192.0.2.5/33', network({ ip_address: '192.0.2.5/33' }), 'value 15:4'],
  [
    'IPv4 address 192.0.2.5\\\\nPWNED',
    network({ ip_address: '192.0.2.5\nPWNED' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address ',
    network({ ip_address: '' }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address 192.0.2.5%eth0',
    network({ ip_address: '192.0.2.5%eth0' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv4 address \uff11\uff19\uff12.0.2.5',
    network({ ip_address: '１９２.0.2.5' }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  ['IPv6 address 2001:db8::5', network({ type: 'ipv6', ip_address: '2001:db8::5', netmask: '64', routes: [] }), 'plan'],
  [
    'IPv6 address 2001:db8::5::1',
    network({ type: 'ipv6', ip_address: '2001:db8::5::1', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address 2001:db8::g',
    network({ type: 'ipv6', ip_address: '2001:db8::g', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address fe80::1',
    network({ type: 'ipv6', ip_address: 'fe80::1', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address fe80::1%eth0',
    network({ type: 'ipv6', ip_address: 'fe80::1%eth0', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address ::',
    network({ type: 'ipv6', ip_address: '::', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address ::1',
    network({ type: 'ipv6', ip_address: '::1', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address ff02::1',
    network({ type: 'ipv6', ip_address: 'ff02::1', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address ::ffff:192.0.2.5',
    network({ type: 'ipv6', ip_address: '::ffff:192.0.2.5', netmask: '64', routes: [] }),
    'plan',
  ],
  [
    'IPv6 address 2001:db8::5/64',
    network({ type: 'ipv6', ip_address: '2001:db8::5/64', netmask: '64', routes: [] }),
    'plan',
  ],
  [
    'IPv6 address 2001:db8::5/129',
    network({ type: 'ipv6', ip_address: '2001:db8::5/129', netmask: '64', routes: [] }),
    'value 15:4',
  ],
  [
    'IPv6 address 12345::',
    network({ type: 'ipv6', ip_address: '12345::', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address 1:2:3:4:5:6:7',
    network({ type: 'ipv6', ip_address: '1:2:3:4:5:6:7', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address 1:2:3:4:5:6:7:8:9',
    network({ type: 'ipv6', ip_address: '1:2:3:4:5:6:7:8:9', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address :1',
    network({ type: 'ipv6', ip_address: ':1', netmask: '64', routes: [] }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'IPv6 address 192.0.2.5',
    network({ type: 'ipv6', ip_address: '192.0.2.5', netmask: '64', routes: [] }),
    'warning conflict 15:4; value 16:4',
  ],
  ['IPv6 address 2001:DB8::5', network({ type: 'ipv6', ip_address: '2001:DB8::5', netmask: '64', routes: [] }), 'plan'],
  [
    'IPv6 address 2001:db8:0:0:0:0:0:5',
    network({ type: 'ipv6', ip_address: '2001:db8:0:0:0:0:0:5', netmask: '64', routes: [] }),
    'plan',
  ],
  ['mask "255.255.255.0"', network({ netmask: '255.255.255.0' }), 'plan'],
  ['mask "24"', network({ netmask: '24' }), 'plan'],
  ['mask 24', network({ netmask: 24 }), 'plan'],
  ['mask 0', network({ netmask: 0 }), 'value 15:4'],
  ['mask 32', network({ netmask: 32 }), 'plan'],
  ['mask 33', network({ netmask: 33 }), 'value 16:4'],
  ['mask -1', network({ netmask: -1 }), 'value 16:4'],
  ['mask "255.0.255.0"', network({ netmask: '255.0.255.0' }), 'value 16:4'],
  ['mask "0.0.0.255"', network({ netmask: '0.0.0.255' }), 'value 16:4'],
  ['mask "255.255.255.256"', network({ netmask: '255.255.255.256' }), 'value 16:4'],
  ['mask "ffff::"', network({ netmask: 'ffff::' }), 'value 16:4'],
  ['mask ""', network({ netmask: '' }), 'plan'],
  ['mask null', network({ netmask: null }), 'plan'],
  ['mask "S3cr3t"', network({ netmask: 'S3cr3t' }), 'value 16:4'],
  ['mask [24]', network({ netmask: [24] }), 'value 16:4'],
  ['mask "0xffffff00"', network({ netmask: '0xffffff00' }), 'value 16:4'],
  ['mask "/24"', network({ netmask: '/24' }), 'value 16:4'],
  ['mask "255.255.255.254"', network({ netmask: '255.255.255.254' }), 'plan'],
  ['mask "255.255.255.255"', network({ netmask: '255.255.255.255' }), 'plan'],
  ['mask "0.0.0.0"', network({ netmask: '0.0.0.0' }), 'value 15:4'],
  ['mask 24.5', network({ netmask: 24.5 }), 'value 16:4'],
  [
    'an address that is a number',
    network({ ip_address: 5 }),
    'value 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'an address that is a list',
    network({ ip_address: ['192.0.2.5'] }),
    'missing 11:3; type 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'an address that is a map',
    network({ ip_address: { a: 'S3cr3t' } }),
    'missing 11:3; type 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'an address that is true',
    network({ ip_address: true }),
    'missing 11:3; type 15:4; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'an address that is null',
    network({ ip_address: null }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'an address that is missing',
    network({ ip_address: undefined }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
];
