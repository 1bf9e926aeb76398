import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetRouteAction } from '../core/action.ts';
import type { LiveRoute } from '../core/facts.ts';
import { createMemoryHost, type MemoryCommand } from '../host/memory.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { netRoute } from './net-route.ts';

const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/var/lib/guest-init',
  environment: {},
  stepId: 's',
};

function route(fields: Partial<NetRouteAction> = {}): NetRouteAction {
  return {
    ...{
      kind: 'netRoute',
      link: 'eth0',
      family: 4,
      destination: '0.0.0.0',
      prefixLength: 0,
      gateway: '10.0.0.1',
      tool: 'net-tools',
    },
    ...fields,
  };
}

function live(fields: Partial<LiveRoute> = {}): LiveRoute {
  return { link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', metric: 0, ...fields };
}

function lines(commands: readonly MemoryCommand[]): string[] {
  return commands.map(({ argv, input }) => [argv.join(' '), ...(input?.trim().split('\n') ?? [])].join(' | '));
}

function run(
  action: NetRouteAction,
  routes: readonly LiveRoute[],
): { state: string; commands: string[]; message: string | undefined } {
  const { host, commands } = createMemoryHost({ facts: { routes } });
  const { state } = netRoute.inspect(action, host);
  assert.deepEqual(commands, [], 'inspect runs no command');
  if (state === 'same') return { state, commands: [], message: undefined };
  const applied = netRoute.apply(action, host, context) as Applied | undefined;
  return { state, commands: lines(commands), message: applied?.message };
}

const ip = { tool: 'iproute2' } as const;
const byRoute = '/usr/sbin/route';
const byIp = '/usr/sbin/ip';

const cases: [string, NetRouteAction, LiveRoute[], string[], string?][] = [
  ['a default route', route(), [], [`${byRoute} add default gw 10.0.0.1 dev eth0`]],
  ['a default route by ip', route(ip), [], [`${byIp} route prepend default via 10.0.0.1 dev eth0`]],
  ['a metric', route({ metric: 50 }), [], [`${byRoute} add default gw 10.0.0.1 metric 50 dev eth0`]],
  [
    'a metric by ip',
    route({ ...ip, metric: 50 }),
    [],
    [`${byIp} route prepend default via 10.0.0.1 dev eth0 metric 50`],
  ],
  [
    'a network',
    route({ destination: '10.8.0.0', prefixLength: 13 }),
    [],
    [`${byRoute} add -net 10.8.0.0 netmask 255.248.0.0 gw 10.0.0.1 dev eth0`],
  ],
  [
    'a host',
    route({ destination: '169.254.169.254', prefixLength: 32 }),
    [],
    [`${byRoute} add -host 169.254.169.254 gw 10.0.0.1 dev eth0`],
  ],
  [
    'a network on the link',
    route({ destination: '10.8.0.0', prefixLength: 16, gateway: '0.0.0.0' }),
    [],
    [`${byRoute} add -net 10.8.0.0 netmask 255.255.0.0 dev eth0`],
  ],
  [
    'a network on the link by ip',
    route({ ...ip, destination: '10.8.0.0', prefixLength: 16, gateway: '0.0.0.0' }),
    [],
    [`${byIp} route prepend 10.8.0.0/16 dev eth0`],
  ],
  [
    'a gateway outside the subnet',
    route({ onLink: true }),
    [],
    [`${byRoute} add -host 10.0.0.1 dev eth0`, `${byRoute} add default gw 10.0.0.1 dev eth0`],
  ],
  [
    'a gateway outside the subnet that has its route',
    route({ onLink: true }),
    [live({ destination: '10.0.0.1', prefixLength: 32, gateway: '0.0.0.0' })],
    [`${byRoute} add default gw 10.0.0.1 dev eth0`],
  ],
  [
    'a gateway outside the subnet by ip',
    route({ ...ip, onLink: true }),
    [],
    [`${byIp} route prepend default via 10.0.0.1 dev eth0 onlink`],
  ],
  [
    'another gateway',
    route(),
    [live({ gateway: '10.0.0.9' })],
    [`${byRoute} add default gw 10.0.0.1 dev eth0`, `${byRoute} del default gw 10.0.0.9 dev eth0`],
    'replaced route default via 10.0.0.9',
  ],
  [
    'another gateway by ip',
    route(ip),
    [live({ gateway: '10.0.0.9' })],
    [`${byIp} -batch - | route prepend default via 10.0.0.1 dev eth0 | route del default via 10.0.0.9 dev eth0`],
    'replaced route default via 10.0.0.9',
  ],
  [
    'a left-over gateway',
    route(),
    [live(), live({ gateway: '10.0.0.9' })],
    [`${byRoute} del default gw 10.0.0.9 dev eth0`],
    'replaced route default via 10.0.0.9',
  ],
  [
    'beside another metric',
    route(),
    [live({ gateway: '10.0.0.9', metric: 100 })],
    [`${byRoute} add default gw 10.0.0.1 dev eth0`],
  ],
  [
    'beside another link',
    route(),
    [live({ link: 'eth1', gateway: '192.0.2.1' })],
    [`${byRoute} add default gw 10.0.0.1 dev eth0`],
    'left alone: route default via 192.0.2.1 on eth1',
  ],
  [
    'IPv6 through a gateway outside the subnet',
    route({
      ...ip,
      family: 6,
      destination: '2001:db8:9::',
      prefixLength: 48,
      gateway: '2001:db8::1',
      onLink: true,
      metric: 5,
    }),
    [],
    [`${byIp} route prepend 2001:db8:9::/48 via 2001:db8::1 dev eth0 metric 5 onlink`],
  ],
  [
    'IPv6 on the link',
    route({ ...ip, family: 6, destination: '2001:db8:9::', prefixLength: 48, gateway: '::' }),
    [],
    [`${byIp} route prepend 2001:db8:9::/48 dev eth0`],
  ],
  [
    'IPv6 by ip',
    route({ ...ip, family: 6, destination: '::', gateway: 'fe80::1' }),
    [],
    [`${byIp} route prepend ::/0 via fe80::1 dev eth0`],
  ],
];

describe('netRoute', () => {
  for (const [name, action, routes, commands, message] of cases) {
    it(`sets ${name}`, () => assert.deepEqual(run(action, routes), { state: 'differs', commands, message }));
  }

  it('sees that the route is there', () => {
    assert.equal(run(route(), [live()]).state, 'same');
    assert.equal(run(route({ metric: 0 }), [live()]).state, 'same');
    assert.equal(run(route({ metric: 9 }), [live({ metric: 9 }), live({ link: 'eth1' })]).state, 'same');
  });

  it('sees an IPv6 route in /proc/net/ipv6_route', () => {
    const line =
      '00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n';
    const { host } = createMemoryHost({ files: { '/proc/net/ipv6_route': line } });
    assert.deepEqual(netRoute.inspect(route({ ...ip, family: 6, destination: '::', gateway: '2001:db8::1' }), host), {
      state: 'same',
    });
  });

  it("sees that metric 0 of IPv6 is the kernel's own, and that a destination on the link has no gateway", () => {
    const line = (gateway: string): string =>
      `20010db8000500000000000000000000 30 00000000000000000000000000000000 00 ${gateway} 00000400 00000001 00000000 00000001     eth0\n`;
    const at = (action: NetRouteAction, gateway: string): string => {
      const { host } = createMemoryHost({ files: { '/proc/net/ipv6_route': line(gateway) } });
      return netRoute.inspect(action, host).state;
    };
    const direct = route({ ...ip, family: 6, destination: '2001:db8:5::', prefixLength: 48, gateway: '::' });
    const none = '0'.repeat(32);
    assert.equal(at(direct, none), 'same');
    assert.equal(at({ ...direct, metric: 0 }, none), 'same');
    assert.equal(at({ ...direct, metric: 7 }, none), 'differs');
    assert.equal(at({ ...direct, gateway: 'fe80::1' }, `fe80${'0'.repeat(27)}1`), 'same');
  });

  it('keeps two metrics of one destination apart', () => {
    const both = [live(), live({ gateway: '10.0.0.2', metric: 1025 })];
    assert.equal(run(route(), both).state, 'same');
    assert.equal(run(route({ gateway: '10.0.0.2', metric: 1025 }), both).state, 'same');
    assert.deepEqual(run(route({ gateway: '10.0.0.2', metric: 1025 }), [live()]).commands, [
      `${byRoute} add default gw 10.0.0.2 metric 1025 dev eth0`,
    ]);
  });

  it('tells the changes', () => {
    const { host } = createMemoryHost({ facts: { routes: [live({ gateway: '10.0.0.9' })] } });
    assert.deepEqual(netRoute.inspect(route(), host), {
      state: 'differs',
      changes: [
        { op: '+', what: 'route default via 10.0.0.1' },
        { op: '-', what: 'route default via 10.0.0.9' },
      ],
    });
  });

  const failures: [string, { status: number | null; stderr?: string; timedOut?: boolean }, string][] = [
    [
      'its last line',
      { status: 7, stderr: 'one\nSIOCADDRT: No such process\n' },
      'route exited 7: SIOCADDRT: No such process',
    ],
    ['nothing', { status: 1 }, 'route exited 1'],
    ['a signal', { status: null }, 'route was killed'],
    ['too long a time', { status: null, timedOut: true }, 'route ran out of time'],
  ];
  for (const [name, result, message] of failures) {
    it(`fails with exit 20 and ${name}`, () => {
      const { host } = createMemoryHost({ run: () => result });
      assert.throws(() => netRoute.apply(route(), host, context), { code: 20, message });
    });
  }

  it('leaves out what ip -batch says about itself', () => {
    const { host } = createMemoryHost({
      facts: { routes: [live({ gateway: '10.0.0.9' })] },
      run: () => ({ status: 1, stderr: 'RTNETLINK answers: File exists\nCommand failed -:1\n' }),
    });
    assert.throws(() => netRoute.apply(route(ip), host, context), {
      message: 'ip exited 1: RTNETLINK answers: File exists',
    });
  });

  it('runs busybox ip line by line', () => {
    const { host, commands } = createMemoryHost({
      files: { '/usr/sbin/ip': { target: '/bin/busybox' } },
      facts: { routes: [live({ gateway: '10.0.0.9' })] },
    });
    netRoute.apply(route(ip), host, context);
    assert.equal(commands.length, 2);
  });

  it('names a command that is not installed', () => {
    const { host } = createMemoryHost({ which: () => undefined });
    assert.throws(() => netRoute.apply(route(), host, context), { code: 20, message: 'route: command not found' });
  });
});
