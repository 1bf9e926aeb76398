// What the golden scenarios do not show: the commands in all their spellings, places, and texts that nobody meant well.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../../test/support/cpu-time.ts';
import { formatAddress } from '../../../network/address.ts';
import { readCommand } from './commands.ts';
import { parseInterfaces } from './parse.ts';

const source = 'openstack/content/0000';

function spell(words: string): string | undefined {
  const found = readCommand(words.split(' '), 'eth0');
  if (found === undefined) return undefined;
  const link = found.link === undefined ? '' : ` on ${found.link}`;
  if (found.is === 'address') return `address ${formatAddress(found.address)}/${found.prefixLength}${link}`;
  const gateway = found.gateway === undefined ? '' : ` via ${formatAddress(found.gateway)}`;
  const metric = found.metric === undefined ? '' : ` metric ${found.metric}`;
  return `${formatAddress(found.destination)}/${found.prefixLength}${gateway}${metric}${link}`;
}

describe('a command of up', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['route add default gw 10.0.0.1', '0.0.0.0/0 via 10.0.0.1'],
    ['route add -net default gw 10.0.0.1 metric 3', '0.0.0.0/0 via 10.0.0.1 metric 3'],
    ['/sbin/route add -net 10.1.0.0 netmask 255.255.0.0 gw 10.0.0.1 dev eth0', '10.1.0.0/16 via 10.0.0.1'],
    ['/usr/sbin/route add -net 10.1.0.0/16 gw 10.0.0.1 || true', '10.1.0.0/16 via 10.0.0.1'],
    ['route add -host 10.1.0.9 gw 10.0.0.1', '10.1.0.9/32 via 10.0.0.1'],
    ['route add 10.1.0.9 dev eth1', '10.1.0.9/32 on eth1'],
    ['route -A inet6 add default gw fe80::1 dev $IFACE', '::/0 via fe80::1'],
    ['route -6 add 2001:db8:9::/48 gw 2001:db8::1', '2001:db8:9::/48 via 2001:db8::1'],
    ['ip route add 10.1.0.0/16 via 10.0.0.1 onlink', '10.1.0.0/16 via 10.0.0.1'],
    ['ip -6 route append default via fe80::1 dev ${IFACE} metric 9', '::/0 via fe80::1 metric 9'],
    ['ip -family inet6 r add 2001:db8:9::/48 via 2001:db8::1 proto static', '2001:db8:9::/48 via 2001:db8::1'],
    ['ip addr add 10.0.0.9/24 brd 10.0.0.255 dev eth0', 'address 10.0.0.9/24'],
    ['ip -6 a add 2001:db8::9/64 dev eth1', 'address 2001:db8::9/64 on eth1'],
    ['route del default gw 10.0.0.1', undefined],
    ['route -n add default gw 10.0.0.1', undefined],
    ['route add default', undefined],
    ['route add -net 10.1.0.0 netmask 255.0.255.0 gw 10.0.0.1', undefined],
    ['route add default gw $GATEWAY', undefined],
    ['ip route add 10.1.0.0/16 via 10.0.0.1 table 7', undefined],
    ['ip route add 10.1.0.0/16 via', undefined],
    ['ip route add 10.1.0.0/16 via 10.0.0.1; reboot', undefined],
    ['ip addr add 10.0.0.9/0 dev eth0', undefined],
    ['ip addr add 10.0.0.9/24/8 dev eth0', undefined],
    ['ip route add 10.1.0.0/16/8 via 10.0.0.1', undefined],
    ['ip link set eth0 up', undefined],
    ['echo route add default gw 10.0.0.1', undefined],
  ];
  for (const [words, expected] of cases) it(words, () => assert.equal(spell(words), expected));
});

describe('a text of interfaces(5)', () => {
  it('has its problems in the order of their lines, and none of its values in them', () => {
    const text =
      'auto s3cret\niface s3cret inet static\n  address s3cret\n  mtu s3cret\n  s3cret! s3cret\n  up s3cret\n';
    const { network, diagnostics } = parseInterfaces(text, source);
    assert.deepEqual(network.addresses, []);
    assert.deepEqual(
      diagnostics.map(({ line, severity, path }) => `${line} ${severity} ${path}`),
      ['3 error address', '4 error mtu', '5 note undefined', '6 warning up'],
    );
    assert.ok(diagnostics.every((entry) => entry.source === source && !JSON.stringify(entry).includes('s3cret')));
  });

  it('names the line where a joined line begins', () => {
    const { diagnostics } = parseInterfaces('auto eth0\r\niface eth0 \\\n inet \\\n tunnel\n', source);
    assert.deepEqual(
      diagnostics.map(({ line, code }) => [line, code]),
      [[2, 'unsupported-format']],
    );
  });

  it('loses what is link-local or multicast in IPv6, and that alone', () => {
    const text = [
      ...['auto eth0', 'iface eth0 inet6 static', ' address fe80::77/64', ' address 2001:db8::5/64'],
      ...[' gateway fe80::1', ' up ip -6 addr add fe80::78/64 dev eth0', ' up ip -6 route add ff00::/8 dev eth0'],
      ...[' up route -A inet6 add fe80::/64 gw 2001:db8::1', ' up ip -6 route add 2001:db8:9::/48 via fe80::1', ''],
    ].join('\n');
    const { network, diagnostics } = parseInterfaces(text, source);
    assert.deepEqual(
      network.addresses.map(({ address, routes }) => [address, routes.map(({ destination }) => destination)]),
      [['2001:db8::5', ['::', '2001:db8:9::']]],
    );
    assert.deepEqual(
      diagnostics.map(({ line, severity, path }) => `${line} ${severity} ${path}`),
      ['3 error address', '6 error up', '7 error up', '8 error up'],
    );
  });

  it('with two lengths behind an address has the netmask alone', () => {
    const text = 'auto eth0\niface eth0 inet static\n address 10.0.0.5/24/8\n netmask 255.255.0.0\n';
    const { network, diagnostics } = parseInterfaces(text, source);
    assert.deepEqual(
      network.addresses.map(({ prefixLength }) => prefixLength),
      [16],
    );
    assert.deepEqual(
      diagnostics.map(({ line, severity, path }) => `${line} ${severity} ${path}`),
      ['3 error address'],
    );
  });

  it('without a word, or cut off anywhere, is no more than what it says', () => {
    assert.deepEqual(parseInterfaces('', source), { network: { links: [], addresses: [], dns: [] }, diagnostics: [] });
    const text =
      'auto eth0\niface eth0 inet static\n address 10.0.0.5/24\n gateway 10.0.0.1\n up route add -net 10.1.0.0/16 gw 10.0.0.2\\';
    for (let length = 0; length < text.length; length += 1) parseInterfaces(text.slice(0, length), source);
    assert.equal(parseInterfaces(text, source).network.addresses[0]?.routes.length, 2);
  });

  it('of the greatest size takes the time of its size, whatever it repeats', async () => {
    const limit = 256 * 1024;
    for (const line of [
      ...['iface eth0 inet static\n', 'iface eth0 inet manual\nbond-slaves a b c\n', 'auto a b c\n', 'x\\\n', '\\\n'],
      ...['up route add default gw 10.0.0.1\n', 'address 10.0.0.5/24\n', 'dns-nameservers 10.0.0.1 10.0.0.2\n'],
      'bond-master bond0\n',
    ]) {
      await assertLinear(limit / line.length, (count) => {
        const text = `auto eth0\niface eth0 inet static\naddress 10.0.0.1/8\n${line.repeat(count)}`;
        return () => parseInterfaces(text, source);
      });
    }
  });
});

it('1 024 stanzas at most; the first one over it is named with its line', () => {
  const text = Array.from(
    { length: 1026 },
    (_, at) => `auto eth${at}\niface eth${at} inet static\naddress 10.0.0.1/8\n`,
  ).join('');
  const { network, diagnostics } = parseInterfaces(text, 'x');
  assert.equal(network.links.length, 1024);
  const limits = diagnostics.filter(({ code }) => code === 'limit').map(({ line, message }) => `${line} ${message}`);
  assert.deepEqual(limits, ['3074 more than 1024 stanzas; this one and what follows it are left out']);
});
