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
    ['/usr/sbin/ifconfig eth0 10.0.0.5 netmask 255.255.255.255 broadcast 0.0.0.0 up'],
  ],
  [
    'a /31 by ip',
    address({ ...ip, prefixLength: 31 }),
    eth0(true),
    ['+ address 10.0.0.5/31'],
    ['/usr/sbin/ip addr replace 10.0.0.5/31 dev eth0'],
  ],
  [
    'a link that is down, the route of the subnet apart',
    address({ ...ip, noPrefixRoute: true }),
    eth0(false),
    [add],
    [
      '/usr/sbin/ip -batch - | link set dev eth0 up | addr replace 10.0.0.5/24 broadcast + dev eth0 noprefixroute | route append 10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5',
    ],
  ],
  [
    'a /32, which has no subnet to reach apart',
    address({ ...ip, prefixLength: 32, noPrefixRoute: true }),
    eth0(true),
    ['+ address 10.0.0.5/32'],
    ['/usr/sbin/ip addr replace 10.0.0.5/32 dev eth0 noprefixroute'],
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

  describe('several on one link', () => {
    const together = ['10.0.0.5/24', '10.0.0.6/24', '10.7.0.5/16'];
    const first = address({ together });
    const second = address({ address: '10.0.0.6', together });
    const third = address({ address: '10.7.0.5', prefixLength: 16, together });
    const byIp = '/usr/sbin/ip';
    const [setFirst, setSecond] = ['10.0.0.5', '10.0.0.6'].map(
      (text) => `addr replace ${text}/24 broadcast + dev eth0`,
    );

    /** `aliases`: those that have an address; without `ip` as on a guest with net-tools alone. */
    function apply(
      action: NetAddressAction,
      link: LinkFact,
      { ip: hasIp = true, aliases = [] as string[], operstate = 'up' } = {},
    ): { changes: string[]; commands: string[]; failed: string | undefined; message: string | undefined } {
      const { host, commands } = createMemoryHost({
        files: { '/sys/class/net/eth0/operstate': `${operstate}\n` },
        which: (name) => (name === 'ip' && !hasIp ? undefined : `/usr/sbin/${name}`),
        facts: () => ({ links: [commands.length > 0 ? { ...link, addresses: [] } : link] }),
        run: ([, alias]) => ({ stdout: aliases.includes(alias ?? '') ? 'eth0:0: flags\n  inet 10.0.0.7\n' : 'inet6' }),
      });
      const inspection = netAddress.inspect(action, host);
      if (inspection.state === 'same') return { changes: [], commands: [], failed: undefined, message: undefined };
      const applied = netAddress.apply(action, host, context) as Applied | undefined;
      return {
        changes: inspection.changes.map(({ op, what }) => `${op} ${what}`),
        commands: commands.map(({ argv, input }) => [argv.join(' '), ...(input?.trim().split('\n') ?? [])].join(' | ')),
        ...{ failed: applied?.failed, message: applied?.message },
      };
    }

    it('leaves all of them alone where they are, in their order', () => {
      for (const action of [first, second, third]) {
        assert.deepEqual(apply(action, eth0(true, ...together)).commands, []);
        // Another subnet has a primary of its own.
        assert.deepEqual(apply(action, eth0(true, '10.7.0.5/16', '10.0.0.5/24', '10.0.0.6/24')).commands, []);
      }
    });

    it('adds each to the others, by ip even where ifconfig sets the first', () => {
      assert.deepEqual(apply(first, eth0(true)).commands, [set]);
      assert.deepEqual(apply(second, eth0(true, '10.0.0.5/24')).commands, [`${byIp} ${setSecond}`]);
      assert.deepEqual(apply(address({ ...ip, together }), eth0(true, '10.7.0.5/16')).commands, [
        `${byIp} ${setFirst}`,
      ]);
    });

    it('takes away what is not wanted, and nothing else by name', () => {
      const result = apply(first, eth0(true, '10.0.0.5/24', '10.0.0.9/24', '10.0.0.6/24'), {});
      assert.deepEqual(result, {
        changes: ['- address 10.0.0.9/24'],
        commands: [`${byIp} -4 addr flush dev eth0 scope global`, set],
        ...{ failed: undefined, message: 'replaced 10.0.0.9/24' },
      });
    });

    it('puts the first of a subnet first again', () => {
      const swapped = eth0(true, '10.0.0.6/24', '10.0.0.5/24');
      const flush = `${byIp} -4 addr flush dev eth0 scope global`;
      assert.deepEqual(apply(address({ ...ip, together }), swapped), {
        changes: ['~ address 10.0.0.5/24 before 10.0.0.6/24'],
        commands: [flush, `${byIp} ${setFirst}`],
        ...{ failed: undefined, message: undefined },
      });
      assert.deepEqual(apply(first, swapped).commands, [flush, set]);
      // Without carrier nobody tells the order.
      assert.deepEqual(apply(first, swapped, { operstate: 'down' }).commands, []);
      assert.deepEqual(apply(address({ ...ip, together }), eth0(true, '10.0.0.6/24'), { operstate: 'down' }).commands, [
        flush,
        `${byIp} ${setFirst}`,
      ]);
    });

    it('puts back those before it when a later one has to make room', () => {
      const crowd = ['10.7.0.5/16', '10.0.0.5/24', '10.0.0.6/24'];
      const action = address({ ...ip, together: crowd });
      assert.deepEqual(apply(action, eth0(true, '10.7.0.5/16', '10.0.0.6/24')).commands, [
        `${byIp} -4 addr flush dev eth0 scope global`,
        `${byIp} -batch - | addr replace 10.7.0.5/16 broadcast + dev eth0 | ${setFirst}`,
      ]);
    });

    it('only sets the link up where it has them', () => {
      const down = eth0(false, ...together);
      assert.deepEqual(apply(first, down).commands, ['/usr/sbin/ifconfig eth0 up']);
      assert.deepEqual(apply(second, down, { ip: false }).commands, ['/usr/sbin/ifconfig eth0 up']);
    });

    it('takes the first alias that is free, without ip', () => {
      const alias = (name: string): string =>
        `/usr/sbin/ifconfig ${name} 10.0.0.6 netmask 255.255.255.0 broadcast 10.0.0.255 up`;
      assert.deepEqual(apply(second, eth0(true, '10.0.0.5/24'), { ip: false }).commands, [
        '/usr/sbin/ifconfig eth0:0',
        alias('eth0:0'),
      ]);
      assert.deepEqual(
        apply(second, eth0(true, '10.0.0.5/24'), { ip: false, aliases: ['eth0:0', 'eth0:1'] }).commands,
        [...['/usr/sbin/ifconfig eth0:0', '/usr/sbin/ifconfig eth0:1', '/usr/sbin/ifconfig eth0:2'], alias('eth0:2')],
      );
      const all = Array.from({ length: 16 }, (_, index) => `eth0:${index}`);
      assert.deepEqual(
        apply(second, eth0(true), { ip: false, aliases: all }).failed,
        'eth0: more than 16 aliases; install iproute2',
      );
    });

    it('says that a long name leaves no room for an alias', () => {
      const link = 'enx00e04c68007f';
      const { host, commands } = createMemoryHost({
        which: (name) => (name === 'ip' ? undefined : `/usr/sbin/${name}`),
        facts: { links: [{ ...eth0(true, '10.0.0.5/24'), name: link }] },
      });
      assert.deepEqual(netAddress.apply({ ...second, link }, host, context), {
        failed: `${link}: the name is too long for an alias; install iproute2`,
      });
      assert.deepEqual(commands, []);
    });
  });

  it('finds a host address on a link without carrier, which nothing but the list of all local ones tells', () => {
    const host32 = address({ prefixLength: 32 });
    const look = (links: LinkFact[], operstate: string, local = '10.0.0.5'): string => {
      const { host } = createMemoryHost({
        files: {
          '/proc/net/fib_trie': `Local:\n  |-- ${local}\n    /32 host LOCAL\n`,
          '/sys/class/net/eth0/operstate': `${operstate}\n`,
        },
        facts: { links },
      });
      return netAddress.inspect(host32, host).state;
    };
    const other = { ...eth0(true, '10.0.0.5/32'), name: 'eth1' };
    assert.equal(look([eth0(true)], 'down'), 'same');
    // Within the subnet of another address it looks as if it had that prefix.
    assert.equal(look([eth0(true, '10.0.0.5/24')], 'down'), 'same');
    assert.equal(look([eth0(true)], 'down', '10.0.0.50'), 'differs');
    assert.equal(look([eth0(true)], 'up'), 'differs');
    assert.equal(look([eth0(true, '10.0.0.5/24')], 'up'), 'differs');
    assert.equal(look([eth0(false)], 'down'), 'differs');
    assert.equal(look([eth0(true), other], 'down'), 'differs');
  });

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
