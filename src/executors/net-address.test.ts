import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetAddressAction } from '../core/action.ts';
import type { LinkFact, LiveAddress } from '../core/facts.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { netAddress } from './net-address.ts';

const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/var/lib/guest-init',
  environment: {},
  stepId: 's',
};

function address(fields: Partial<NetAddressAction> = {}): NetAddressAction {
  return {
    ...{ kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'net-tools' },
    ...fields,
  };
}

function eth0(up: boolean, ...texts: string[]): LinkFact {
  const addresses = texts.map((text): LiveAddress => {
    const [bare = '', length] = text.split('/');
    return { family: bare.includes(':') ? 6 : 4, address: bare, prefixLength: Number(length) };
  });
  return { name: 'eth0', mac: 'fa:16:3e:00:00:05', physical: true, ethernet: true, up, addresses };
}

function run(
  action: NetAddressAction,
  link: LinkFact,
): { changes: string[]; commands: string[]; message: string | undefined } {
  // A flush or a plain ifconfig takes away what was there: the second look finds the wanted address alone.
  const { host, commands } = createMemoryHost({
    files: { '/proc/sys/net/ipv6/conf/eth0/disable_ipv6': '0\n' },
    facts: () => ({ links: [commands.length > 0 ? eth0(true, `${action.address}/${action.prefixLength}`) : link] }),
  });
  const inspection = netAddress.inspect(action, host);
  assert.equal(commands.length, 0, 'inspect runs no command');
  if (inspection.state === 'same') return { changes: [], commands: [], message: undefined };
  const applied = netAddress.apply(action, host, context) as Applied | undefined;
  const lines = commands.map(({ argv, input }) => [argv.join(' '), ...(input?.trim().split('\n') ?? [])].join(' | '));
  return {
    changes: inspection.changes.map(({ op, what }) => `${op} ${what}`),
    commands: lines,
    message: applied?.message,
  };
}

const ip = { tool: 'iproute2' } as const;
const set = '/usr/sbin/ifconfig eth0 10.0.0.5 netmask 255.255.255.0 broadcast 10.0.0.255 up';
const add = '+ address 10.0.0.5/24';

const cases: [string, NetAddressAction, LinkFact, string[], string[], string?][] = [
  ['a link that is down', address(), eth0(false), [add], [set]],
  [
    'a link that is down, by ip',
    address(ip),
    eth0(false),
    [add],
    ['/usr/sbin/ip -batch - | addr replace 10.0.0.5/24 broadcast + dev eth0 | link set dev eth0 up'],
  ],
  [
    'a link that is up, by ip',
    address(ip),
    eth0(true),
    [add],
    ['/usr/sbin/ip addr replace 10.0.0.5/24 broadcast + dev eth0'],
  ],
  [
    'a /32',
    address({ prefixLength: 32 }),
    eth0(true),
    ['+ address 10.0.0.5/32'],
    ['/usr/sbin/ifconfig eth0 10.0.0.5 netmask 255.255.255.255 up'],
  ],
  [
    'a /31 by ip',
    address({ ...ip, prefixLength: 31 }),
    eth0(true),
    ['+ address 10.0.0.5/31'],
    ['/usr/sbin/ip addr replace 10.0.0.5/31 dev eth0'],
  ],
  [
    'a link with another address',
    address(),
    eth0(true, '10.0.0.9/24'),
    [add, '- address 10.0.0.9/24'],
    [set],
    'replaced 10.0.0.9/24',
  ],
  [
    'a link with another address, by ip',
    address(ip),
    eth0(true, '10.0.0.9/24'),
    [add, '- address 10.0.0.9/24'],
    ['/usr/sbin/ip -batch - | addr del 10.0.0.9/24 dev eth0 | addr replace 10.0.0.5/24 broadcast + dev eth0'],
    'replaced 10.0.0.9/24',
  ],
  [
    'a link with two others',
    address(),
    eth0(true, '10.0.0.9/24', '10.0.0.8/24'),
    [add, '- address 10.0.0.9/24', '- address 10.0.0.8/24'],
    ['/usr/sbin/ip -4 addr flush dev eth0 scope global', set],
    'replaced 10.0.0.9/24, 10.0.0.8/24',
  ],
  [
    'a link with another prefix',
    address(),
    eth0(true, '10.0.0.5/16'),
    [add, '- address 10.0.0.5/16'],
    [set],
    'replaced 10.0.0.5/16',
  ],
  ['a link that has it but is down', address(), eth0(false, '10.0.0.5/24'), ['~ eth0 up'], [set]],
  [
    'IPv6 beside others',
    address({ ...ip, family: 6, address: '2001:db8::5', prefixLength: 64 }),
    eth0(true, '2001:db8::77/64', '10.0.0.9/24'),
    ['+ address 2001:db8::5/64'],
    ['/usr/sbin/ip addr replace 2001:db8::5/64 dev eth0'],
  ],
];

describe('netAddress', () => {
  for (const [name, action, link, changes, commands, message] of cases) {
    it(`sets the address of ${name}`, () => assert.deepEqual(run(action, link), { changes, commands, message }));
  }

  for (const texts of [['10.0.0.5/24'], ['10.0.0.5/24', '169.254.7.7/16'], ['10.0.0.5/24', '2001:db8::1/64']]) {
    it(`leaves ${texts.join(' and ')} alone`, () =>
      assert.deepEqual(run(address(), eth0(true, ...texts)).commands, []));
  }

  it('fails with exit 20 and the complaint of ifconfig', () => {
    const { host } = createMemoryHost({
      run: () => ({ status: 255, stderr: 'SIOCSIFADDR: Operation not permitted\n' }),
    });
    assert.throws(() => netAddress.apply(address(), host, context), {
      code: 20,
      message: 'ifconfig exited 255: SIOCSIFADDR: Operation not permitted',
    });
  });

  it('fails without a command, and so without a rollback of IPv4, where IPv6 is off', () => {
    const wanted = address({ ...ip, family: 6, address: '2001:db8::5', prefixLength: 64 });
    const off = createMemoryHost({ files: { '/proc/sys/net/ipv6/conf/eth0/disable_ipv6': '1\n' } });
    assert.deepEqual(netAddress.apply(wanted, off.host, context), {
      failed: 'eth0: IPv6 is switched off (net.ipv6.conf.eth0.disable_ipv6)',
    });
    const absent = createMemoryHost();
    assert.deepEqual(netAddress.apply(wanted, absent.host, context), { failed: 'eth0: this kernel has no IPv6' });
    assert.deepEqual([off.commands, absent.commands], [[], []]);
  });

  it('names a link that has gone', () => {
    const { host } = createMemoryHost({ facts: { links: [] } });
    assert.equal(netAddress.inspect(address(), host).state, 'unknown');
    assert.throws(() => netAddress.apply(address(), host, context), {
      code: 22,
      message: 'eth0: no such link any more',
    });
  });
});
