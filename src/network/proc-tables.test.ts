import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  parseArpTable,
  parseIpv4Routes,
  parseIpv6Addresses,
  parseIpv6Routes,
  parseIpv6Usability,
  parseLocalAddresses,
} from './proc-tables.ts';

const zeros = '00000000000000000000000000000000';

function line6(destination: string, length: string, gateway: string, flags: string, link = 'eth0'): string {
  return `${destination} ${length} ${zeros} 00 ${gateway} 00000400 00000001 00000000 ${flags} ${link.padStart(8)}`;
}

describe('parseIpv6Routes', () => {
  const subnet = '20010db8000000000000000000000000';
  const router = '20010db8000000000000000000000001';

  it('reads routes through a gateway and to the link', () => {
    assert.deepEqual(
      parseIpv6Routes(`${line6(zeros, '00', router, '00000003')}\n${line6(subnet, '40', zeros, '00000001')}\n`),
      [
        { link: 'eth0', destination: '::', gateway: '2001:db8::1', prefixLength: 0, metric: 1024 },
        { link: 'eth0', destination: '2001:db8::', gateway: '::', prefixLength: 64, metric: 1024 },
      ],
    );
  });

  const ignored: [string, string][] = [
    ['the unreachable default of lo', line6(zeros, '00', zeros, '00200200', 'lo')],
    ['a local address', line6(router, '80', zeros, '80200001')],
    ['an anycast address', line6(subnet, '80', zeros, '00100001')],
    ['a route from a router advertisement', line6(zeros, '00', router, '00450003')],
    ['multicast', line6('ff000000000000000000000000000000', '08', zeros, '00000001')],
    ['the link-local subnet', line6('fe800000000000000000000000000000', '40', zeros, '00000001')],
    ['a route that refuses', line6(subnet, '40', zeros, '00000201')],
    ['a route that is down', line6(subnet, '40', zeros, '00000000')],
    ['a torn line', subnet],
  ];
  for (const [name, text] of ignored) it(`leaves out ${name}`, () => assert.deepEqual(parseIpv6Routes(text), []));
});

describe('parseIpv4Routes', () => {
  it('reads every mask length', () => {
    for (let length = 0; length <= 32; length += 1) {
      const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
      const swapped = mask
        .toString(16)
        .padStart(8, '0')
        .replace(/(..)(..)(..)(..)/, '$4$3$2$1');
      const text = `head\neth0\t00000000\t00000000\t0001\t0\t0\t0\t${swapped}\t0\t0\t0\n`;
      assert.equal(parseIpv4Routes(text)[0]?.prefixLength, length);
    }
  });

  it('leaves out torn lines', () => assert.deepEqual(parseIpv4Routes('head\neth0\t0000000A\n\n'), []));
});

describe('parseLocalAddresses', () => {
  it('gives each address once, without loopback, subnets and broadcasts', () => {
    const table =
      '  |-- 10.0.0.0\n     /24 link UNICAST\n  |-- 10.0.0.5\n     /32 host LOCAL\n  |-- 10.0.0.255\n     /32 link BROADCAST\n  |-- 127.0.0.1\n     /32 host LOCAL\n';
    assert.deepEqual(parseLocalAddresses(`Main:\n${table}Local:\n${table}`), ['10.0.0.5']);
  });

  it('sees an address that is the first of its subnet (/31)', () => {
    assert.deepEqual(parseLocalAddresses('  |-- 10.0.0.4\n     /31 link UNICAST\n     /32 host LOCAL\n'), ['10.0.0.4']);
  });
});

describe('parseIpv6Addresses', () => {
  it('leaves out link-local and host scope', () => {
    const text = `fe80000000000000181795fffe4b6d40 03 40 20 c0     eth0\n${zeros.slice(1)}1 01 80 10 80       lo\n20010db8000000000000000000000005 03 40 00 80     eth0\n`;
    assert.deepEqual(parseIpv6Addresses(text), [{ link: 'eth0', address: '2001:db8::5', prefixLength: 64 }]);
  });
});

describe('parseArpTable', () => {
  it('tells who has answered from who was asked', () => {
    const text = [
      'IP address       HW type     Flags       HW address            Mask     Device',
      '10.0.0.1         0x1         0x2         02:00:00:00:00:AA     *        eth0',
      '10.0.0.2         0x1         0x0         00:00:00:00:00:00     *        eth0',
      '10.0.0.3         0x1         0x6         02:00:00:00:00:03     *        eth1',
      '10.0.0.4         0x1         0x2         ff:ff:ff:ff:ff:ff     *        eth0',
      'torn',
    ].join('\n');
    assert.deepEqual(
      [...parseArpTable(text)],
      [
        ['eth0 10.0.0.1', '02:00:00:00:00:aa'],
        ['eth0 10.0.0.2', ''],
        ['eth1 10.0.0.3', '02:00:00:00:00:03'],
        ['eth0 10.0.0.4', ''],
      ],
    );
  });
});

describe('parseIpv6Usability', () => {
  it('reads the flags of duplicate address detection, link-local addresses included', () => {
    const text = [
      'fe800000000000000000000000000001 03 40 20 c0     eth0',
      '20010db8000000000000000000000005 03 40 00 80     eth0',
      '20010db8000000000000000000000006 03 40 00 c8     eth0',
      '',
    ].join('\n');
    const plain = { link: 'eth0', isTentative: false, isDuplicate: false };
    assert.deepEqual(parseIpv6Usability(text), [
      { ...plain, address: 'fe80::1', isTentative: true },
      { ...plain, address: '2001:db8::5' },
      { ...plain, address: '2001:db8::6', isDuplicate: true },
    ]);
  });
});

it('lines without an IPv6 address in their columns are passed over', () => {
  const text = 'host 01 02 00 80 eth0\n20010db8 01 02 00 80 eth0\n';
  assert.deepEqual(parseIpv6Usability(text), []);
  assert.deepEqual(parseIpv6Addresses(text), []);
  assert.deepEqual(parseIpv6Routes(line6('default', '00', zeros, '00000001')), []);
});
