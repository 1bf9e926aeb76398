import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstanceAddresses } from '../core/instance-addresses.ts';
import type { AddressConfig } from '../core/network-config.ts';
import { SecretData } from '../core/secret.ts';
import { listInstanceAddresses } from './instance-addresses.ts';

const origin = { source: 'network_data.json' };
const fixed = (address: string): AddressConfig => {
  const family = address.includes(':') ? 6 : 4;
  return { link: 'l', family, method: 'static', address, prefixLength: 24, routes: [], dns: [], origin };
};
const leased: AddressConfig = { link: 'l', family: 4, method: 'dhcp4', routes: [], dns: [], origin };

type Ec2 = Readonly<Record<string, unknown>>;
const cases: readonly [name: string, ec2: Ec2, addresses: readonly AddressConfig[], expected: InstanceAddresses][] = [
  ['nothing', {}, [], {}],
  [
    'the EC2 metadata',
    { 'local-ipv4': '10.0.0.5', 'public-ipv4': '192.0.2.7' },
    [],
    { private_ipv4: '10.0.0.5', public_ipv4: '192.0.2.7' },
  ],
  ['it wins over the network', { 'local-ipv4': '10.0.0.5' }, [fixed('10.1.0.9')], { private_ipv4: '10.0.0.5' }],
  ['null and empty, as Nova writes them', { 'local-ipv4': null, 'public-ipv4': '' }, [], {}],
  ['no address at all', { 'local-ipv4': 'x', 'public-ipv4': 5 }, [], {}],
  [
    'the network',
    {},
    [fixed('192.168.1.4'), fixed('203.0.113.9')],
    { private_ipv4: '192.168.1.4', public_ipv4: '203.0.113.9' },
  ],
  [
    'the private one is private whatever the order',
    {},
    [fixed('203.0.113.9'), fixed('172.31.0.4')],
    { private_ipv4: '172.31.0.4', public_ipv4: '203.0.113.9' },
  ],
  ['the only one is both', {}, [fixed('203.0.113.9')], { private_ipv4: '203.0.113.9', public_ipv4: '203.0.113.9' }],
  ['172.32 is public', {}, [fixed('172.32.0.1')], { private_ipv4: '172.32.0.1', public_ipv4: '172.32.0.1' }],
  ['IPv6', {}, [fixed('2001:db8::5'), fixed('fd00:0::5')], { private_ipv6: 'fd00::5', public_ipv6: '2001:db8::5' }],
  ['link-local addresses are none', {}, [fixed('fe80::1'), fixed('169.254.0.5')], {}],
  ['a lease is not known', {}, [leased], {}],
  [
    'but what the metadata says of it is',
    {},
    [{ ...leased, reserved: { address: '10.0.0.8', origin } }],
    { private_ipv4: '10.0.0.8' },
  ],
];
for (const [name, ec2, addresses, expected] of cases) {
  test(name, () => {
    const network = { links: [], addresses, dns: [] };
    const instance = { id: { ec2: 'i-1' }, publicKeys: [], files: [], network, metadata: new SecretData({ ec2 }) };
    assert.deepEqual(listInstanceAddresses(instance), expected);
  });
}
