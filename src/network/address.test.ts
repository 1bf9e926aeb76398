import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  broadcastOf,
  formatAddress,
  formatMask,
  type IpAddress,
  isHostAddress,
  isInNetwork,
  isLinkLocal,
  isLinksOwn,
  isRoutedByKernel,
  networkOf,
  parseAddress,
  parseMask,
} from './address.ts';

function read(text: string): IpAddress {
  const address = parseAddress(text);
  assert.ok(address !== undefined, text);
  return address;
}

// Answers of str(ipaddress.ip_address(text)), Python 3.11.
const canonical: [string, string][] = [
  ['0.0.0.0', '0.0.0.0'],
  ['10.0.0.5', '10.0.0.5'],
  ['255.255.255.255', '255.255.255.255'],
  ['192.168.1.1', '192.168.1.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['fe80::1', 'fe80::1'],
  ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:0:0:4:0:0:0:8', '1:0:0:4::8'],
  ['0:0:0:1::', '0:0:0:1::'],
  ['::1:0:0:0', '::1:0:0:0'],
  ['1::2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::1.2.3.4', '::102:304'],
  ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
  ['FFFF:ffff:FFFF:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['ff02::fb', 'ff02::fb'],
];

// Refused by Python 3.11 as well.
const refused = [
  ...[
    '',
    '1',
    '10.0.0',
    '10.0.0.5.6',
    '10.0.0.256',
    '10.0.0.05',
    '010.0.0.1',
    '10.0.0.-1',
    '10.0.0.1 ',
    ' 10.0.0.1',
    '10.0.0.a',
  ],
  ...[
    '0x0a.0.0.1',
    '10.0.0.5/24',
    ':',
    '1:',
    ':1',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
  ],
  ...[
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.4.5',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '10.0.0.٣',
    '1:2:3:4::5:6:7:8',
    'fe80::1%eth0',
  ],
];

// Answers of ipaddress.ip_interface(f"{address}/{prefix}"): network address, broadcast address, netmask.
const networks: [string, number, string, string, string][] = [
  ['10.0.0.5', 24, '10.0.0.0', '10.0.0.255', '255.255.255.0'],
  ['10.0.0.5', 32, '10.0.0.5', '10.0.0.5', '255.255.255.255'],
  ['10.0.0.5', 31, '10.0.0.4', '10.0.0.5', '255.255.255.254'],
  ['10.0.0.5', 30, '10.0.0.4', '10.0.0.7', '255.255.255.252'],
  ['10.255.3.77', 12, '10.240.0.0', '10.255.255.255', '255.240.0.0'],
  ['192.168.77.200', 26, '192.168.77.192', '192.168.77.255', '255.255.255.192'],
  ['172.16.5.4', 0, '0.0.0.0', '255.255.255.255', '0.0.0.0'],
  ['203.0.113.9', 1, '128.0.0.0', '255.255.255.255', '128.0.0.0'],
  ['2001:db8:1:2:3:4:5:6', 64, '2001:db8:1:2::', '', 'ffff:ffff:ffff:ffff::'],
  ['2001:db8:1:2:3:4:5:6', 48, '2001:db8:1::', '', 'ffff:ffff:ffff::'],
  ['2001:db8:1:2:3:4:5:6', 128, '2001:db8:1:2:3:4:5:6', '', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8:1:2:3:4:5:6', 0, '::', '', '::'],
  ['2001:db8:ffff::1', 33, '2001:db8:8000::', '', 'ffff:ffff:8000::'],
];

describe('addresses', () => {
  for (const [text, expected] of canonical)
    it(`formats ${text}`, () => assert.equal(formatAddress(read(text)), expected));
  for (const text of refused) it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));
  it('writes IPv4-mapped addresses dotted (RFC 5952 section 5)', () =>
    assert.equal(formatAddress(read('::FFFF:a00:5')), '::ffff:10.0.0.5'));

  for (const [text, prefix, network, broadcast, mask] of networks) {
    it(`computes the network of ${text}/${prefix}`, () => {
      const address = read(text);
      assert.equal(formatAddress(networkOf(address, prefix)), network);
      assert.equal(formatMask(address.family, prefix), mask);
      assert.equal(parseMask(mask, address.family), prefix);
      const live = broadcastOf(address, prefix);
      if (address.family === 4 && prefix <= 30) assert.equal(live && formatAddress(live), broadcast);
      else assert.equal(live, undefined);
      assert.ok(isInNetwork(read(network), address, prefix));
    });
  }

  it('inverts every mask', () => {
    for (let prefix = 0; prefix <= 128; prefix += 1) {
      assert.equal(parseMask(formatMask(6, prefix), 6), prefix);
      if (prefix <= 32) assert.equal(parseMask(formatMask(4, prefix), 4), prefix);
    }
  });

  const masks: [string | number, 4 | 6, number | undefined][] = [
    ['255.255.255.0', 4, 24],
    ['24', 4, 24],
    [24, 4, 24],
    ['0', 4, 0],
    ['0', 6, 0],
    [128, 6, 128],
    ['255.0.255.0', 4, undefined],
    ['0.0.0.255', 4, undefined],
    ['255.255.255.1', 4, undefined],
    ['ffff::ffff', 6, undefined],
    ['ffff::', 4, undefined],
    ['255.255.0.0', 6, undefined],
    ['33', 4, undefined],
    [-1, 4, undefined],
    [1.5, 4, undefined],
    ['024', 4, undefined],
    ['', 4, undefined],
  ];
  for (const [mask, family, expected] of masks) {
    it(`reads the IPv${family} mask ${JSON.stringify(mask)}`, () => assert.equal(parseMask(mask, family), expected));
  }

  it('knows neighbours from strangers', () => {
    assert.ok(isInNetwork(read('10.0.0.254'), read('10.0.0.5'), 24));
    assert.ok(!isInNetwork(read('10.0.1.1'), read('10.0.0.5'), 24));
    assert.ok(!isInNetwork(read('10.0.0.6'), read('10.0.0.5'), 32));
    assert.ok(!isInNetwork(read('::a00:5'), read('10.0.0.5'), 0));
  });

  const hosts: [string, boolean][] = [
    ['10.0.0.5', true],
    ['240.0.0.1', true],
    ['0.0.0.0', false],
    ['0.1.2.3', false],
    ['127.0.0.2', false],
    ['224.0.0.1', false],
    ['239.255.255.255', false],
    ['255.255.255.255', false],
    ['2001:db8::1', true],
    ['fe80::1', true],
    ['::', false],
    ['::1', false],
    ['ff02::1', false],
  ];
  for (const [text, expected] of hosts)
    it(`${text} ${expected ? 'can' : 'cannot'} be a host`, () => assert.equal(isHostAddress(read(text)), expected));

  it('knows link-local addresses', () => {
    for (const text of ['169.254.0.1', 'fe80::1', 'febf::1']) assert.ok(isLinkLocal(read(text)), text);
    for (const text of ['169.253.0.1', 'fec0::1', '10.0.0.1']) assert.ok(!isLinkLocal(read(text)), text);
  });

  it('knows what the kernel keeps to itself in IPv6', () => {
    for (const text of ['fe80::', 'febf::1']) assert.ok(isLinksOwn(read(text)) && isRoutedByKernel(read(text)), text);
    for (const text of ['ff00::', 'ff05::2']) assert.ok(!isLinksOwn(read(text)) && isRoutedByKernel(read(text)), text);
    for (const text of ['169.254.0.0', '224.0.0.0', '::', '2001:db8::', 'fec0::', 'fe7f::'])
      assert.ok(!isLinksOwn(read(text)) && !isRoutedByKernel(read(text)), text);
  });
});
