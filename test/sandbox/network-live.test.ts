// The network executors against the real ifconfig, route and ip, in a network namespace of their own with veth pairs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Action } from '../../src/core/action.ts';
import { AgentError, exitCodes } from '../../src/core/error.ts';
import type { Step } from '../../src/core/plan.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { mergeEc2Address, parseNetworkData } from '../../src/datasources/config-drive/network-data.ts';
import type { Applied, ApplyContext, Executor } from '../../src/executors/executor.ts';
import { netAddress } from '../../src/executors/net-address.ts';
import { netAdvertisements } from '../../src/executors/net-advertisements.ts';
import { netLink } from '../../src/executors/net-link.ts';
import { netRoute } from '../../src/executors/net-route.ts';
import { restoreNetwork, snapshotNetwork } from '../../src/executors/network-rollback.ts';
import type { Host } from '../../src/host/host.ts';
import { createRealHost } from '../../src/host/real.ts';
import { planNetwork } from '../../src/network/plan.ts';

const insideMark = 'GUEST_INIT_TEST_INSIDE_NAMESPACE';
const mac = 'fa:16:3e:00:00:05';
const otherMac = 'fa:16:3e:00:00:06';
/** Two of a subnet, of which the first is the primary, one of another, and one that has no subnet. */
const wantedTexts = ['10.0.0.5/24', '10.0.0.6/24', '10.7.0.5/16', '10.0.0.77/32'];
const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/nonexistent',
  environment: {},
  stepId: '',
};

if (process.env[insideMark] === undefined) {
  const reason = findReasonToSkip();
  it('network executors in a namespace', { skip: reason ?? false }, () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const script = 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$0" "$@"';
    const argv = [
      '-n',
      '-m',
      '--propagation',
      'private',
      'sh',
      '-c',
      script,
      process.execPath,
      '--test-reporter=tap',
      fileURLToPath(import.meta.url),
    ];
    const result = spawnSync('unshare', argv, {
      env: { ...env, [insideMark]: '1' },
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
    assert.match(result.stdout, /^# pass [1-9]/m);
  });
} else describeInside();

function findReasonToSkip(): string | undefined {
  if (process.geteuid?.() !== 0) return 'needs root for a network namespace';
  for (const path of ['/usr/sbin/ifconfig', '/usr/sbin/route', '/usr/sbin/ip', '/usr/bin/unshare']) {
    const found = [path, path.replace('/usr', '')].some((candidate) => {
      try {
        accessSync(candidate);
        return true;
      } catch {
        return false;
      }
    });
    if (!found) return `${path} is not installed`;
  }
  const probe = spawnSync('unshare', ['-n', '-m', 'ip', 'link', 'add', 'probe0', 'type', 'veth'], { encoding: 'utf8' });
  return probe.status === 0 ? undefined : `no network namespace with veth here: ${probe.stderr.trim()}`;
}

function run(...argv: string[]): string {
  const [file = '', ...args] = argv;
  const result = spawnSync(file, args, { encoding: 'utf8' });
  assert.equal(result.status, 0, `${argv.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

/** Commands of ip, one a line and without the word ip. */
function ip(...lines: string[]): void {
  const result = spawnSync('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  assert.equal(result.status, 0, `${lines.join('; ')}: ${result.stderr}`);
}

type Json = Record<string, unknown>;

/** What ip shows of eth0 and eth1 without what changes by itself: lifetimes, IPv6 link-local addresses and subnets, carrier. */
function show(): unknown {
  const links = (JSON.parse(run('ip', '-j', 'addr', 'show')) as Json[])
    .filter((link) => link.ifname === 'eth0' || link.ifname === 'eth1')
    .map((link) => ({
      name: link.ifname,
      mtu: link.mtu,
      up: (link.flags as string[]).includes('UP'),
      addresses: (link.addr_info as Json[])
        .filter((info) => !(info.family === 'inet6' && info.scope === 'link'))
        .map(({ tentative: _tentative, ...info }) => info),
    }));
  const routes4 = (JSON.parse(run('ip', '-j', 'route', 'show', 'table', 'main')) as Json[]).map(
    ({ flags: _flags, ...route }) => JSON.stringify(route),
  );
  const routes6 = (JSON.parse(run('ip', '-6', '-j', 'route', 'show', 'table', 'main')) as Json[])
    .filter((route) => !String(route.dst).startsWith('fe80'))
    .map(({ flags: _flags, ...route }) => JSON.stringify(route));
  return { links, routes4: routes4.sort(), routes6: routes6.sort() };
}

/** Fresh veth pairs, eth0 and where `prepare` names it eth1, for `body`; prepared by `ip` lines, removed however it ends. */
function withLinks(prepare: readonly string[], body: () => void): void {
  const pairs = [
    ['eth0', mac, 'peer0'],
    ...(prepare.some((line) => line.includes('eth1')) ? [['eth1', otherMac, 'peer1']] : []),
  ];
  try {
    const made = pairs.flatMap(([name, address, peer]) => [
      `link add ${name} address ${address} type veth peer name ${peer}`,
      `link set ${peer} up`,
    ]);
    ip(...made, ...prepare);
    body();
  } finally {
    for (const [name] of pairs) spawnSync('ip', ['link', 'del', name ?? '']);
    spawnSync('ip', ['route', 'flush', 'table', 'main']);
  }
}

type Tools = 'net-tools' | 'iproute2';

/** The real host as a guest that has only these commands; `failAt` makes the n-th command that changes something fail. */
function createHost(given: { without?: readonly string[]; failAt?: number; when?: 'before' | 'after' } = {}): {
  host: Host;
  calls: string[];
} {
  const real = createRealHost();
  const calls: string[] = [];
  const isHidden = (name: string): boolean => given.without?.includes(name) ?? false;
  const host: Host = {
    ...real,
    which: (name) => (isHidden(name) ? undefined : real.which(name)),
    facts: () => {
      const facts = real.facts();
      return {
        ...facts,
        commands: Object.fromEntries(Object.entries(facts.commands).filter(([name]) => !isHidden(name))),
      };
    },
    run: (argv, options) => {
      const isLook = argv.includes('show');
      if (!isLook)
        calls.push(
          `${(argv[0] ?? '').split('/').at(-1)} ${argv.slice(1).join(' ')}${options?.input === undefined ? '' : ` <<< ${options.input.trim().replaceAll('\n', '; ')}`}`,
        );
      if (isLook || calls.length !== given.failAt) return real.run(argv, options);
      if (given.when === 'after') real.run(argv, options);
      return { status: 7, stdout: '', stderr: 'SIOCADDRT: made to fail\n', timedOut: false };
    },
  };
  return { host, calls };
}

function hostOf(tools: Tools): { host: Host; calls: string[] } {
  return createHost({ without: tools === 'iproute2' ? ['ifconfig', 'route'] : [] });
}

const executors = { netAdvertisements, netLink, netAddress, netRoute } as Record<string, Executor<Action>>;

/** Applies steps as the pipeline does: what is already so is left alone; `changed` lists the ids of the others. */
function apply(steps: readonly Step[], host: Host): { changed: string[]; messages: string[] } {
  const changed: string[] = [];
  const messages: string[] = [];
  for (const step of steps) {
    const executor = executors[step.action.kind];
    assert.ok(executor !== undefined);
    if (executor.inspect(step.action, host).state === 'same') continue;
    const applied = executor.apply(step.action, host, context) as Applied | undefined;
    changed.push(step.id);
    if (applied?.message !== undefined) messages.push(applied.message);
  }
  return { changed, messages };
}

function plan(json: unknown, host: Host, localIpv4?: string): readonly Step[] {
  const { network, diagnostics } = parseNetworkData(json, {
    source: 'network_data.json',
    place: () => ({ line: 1, column: 1 }),
  });
  assert.deepEqual(diagnostics, []);
  const merged = mergeEc2Address(network, localIpv4, 'ec2/latest/meta-data.json');
  // The looks have tests of their own.
  const policy = { ...defaultPolicy, network: { ...defaultPolicy.network, verify_timeout: 0 } };
  const result = planNetwork({ network: merged, facts: host.facts(), policy });
  assert.deepEqual(result.missingLinks, []);
  return result.steps;
}

const link = { id: 'a', type: 'phy', ethernet_mac_address: mac };
const ipv4 = { link: 'a', type: 'ipv4', ip_address: '10.0.0.5', netmask: '255.255.255.0' };
const routes = [
  { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.0.1' },
  { network: '10.8.0.0', netmask: '255.255.0.0', gateway: '10.0.0.2', metric: 7 },
  { network: '169.254.169.254', netmask: '255.255.255.255', gateway: '10.0.0.3' },
];
const full = { links: [{ ...link, mtu: 1450 }], networks: [{ ...ipv4, routes }] };
const ipv6 = {
  link: 'a',
  type: 'ipv6',
  ip_address: '2001:db8::5',
  netmask: '64',
  routes: [{ network: '::', netmask: '0', gateway: '2001:db8::1' }],
};

const wantedWithFlags = ['10.0.0.5/24', '10.0.0.6/24 secondary', '10.7.0.5/16', '10.0.0.77/32'];
const severalAddresses = {
  links: [link],
  networks: wantedTexts.map((text) => ({
    ...{ link: 'a', type: 'ipv4', ip_address: text },
    routes: [
      ...(text.startsWith('10.0.0.5/') ? [routes[0]] : []),
      ...(text.startsWith('10.7.') ? [{ ...routes[0], gateway: '10.7.0.1' }] : []),
      // Outside every subnet: on the link.
      ...(text.endsWith('/32') ? [{ network: '10.9.0.0', netmask: '255.255.0.0', gateway: '172.31.1.1' }] : []),
    ],
  })),
};

/** The IPv4 addresses of eth0: the kernel gives primaries in their order, then secondaries in theirs. */
function listWithFlags(): string[] {
  const [shown] = JSON.parse(run('ip', '-j', '-4', 'addr', 'show', 'dev', 'eth0')) as {
    addr_info: { local: string; prefixlen: number; secondary?: boolean }[];
  }[];
  const texts = (shown?.addr_info ?? []).map(
    ({ local, prefixlen, secondary }) => `${local}/${prefixlen}${secondary ? ' secondary' : ''}`,
  );
  return texts.sort((a, b) => wantedWithFlags.indexOf(a) - wantedWithFlags.indexOf(b));
}

function describeInside(): void {
  for (const tools of ['net-tools', 'iproute2'] as const) {
    describe(`applying by ${tools}`, () => {
      it('sets address, broadcast, MTU and routes; a second time changes nothing', () => {
        withLinks([], () => {
          const { host, calls } = hostOf(tools);
          const steps = plan(full, host);
          assert.deepEqual(
            apply(steps, host).changed,
            steps.map((step) => step.id),
          );
          const shown = JSON.stringify(show());
          assert.match(
            shown,
            /"mtu":1450,"up":true,"addresses":\[\{"family":"inet","local":"10.0.0.5","prefixlen":24,"broadcast":"10.0.0.255","scope":"global"/,
          );
          for (const text of [
            '"default\\",\\"gateway\\":\\"10.0.0.1',
            '10.8.0.0/16\\",\\"gateway\\":\\"10.0.0.2',
            '169.254.169.254\\",\\"gateway\\":\\"10.0.0.3',
            'metric\\":7',
          ]) {
            assert.ok(shown.includes(text), `${text} in ${shown}`);
          }
          const count = calls.length;
          assert.deepEqual(apply(steps, host).changed, []);
          assert.equal(calls.length, count);
        });
      });

      it('takes one command for an address and one for a route', () => {
        withLinks([], () => {
          const { host, calls } = hostOf(tools);
          apply(plan({}, host, '10.0.0.5'), host);
          assert.deepEqual(
            calls,
            tools === 'net-tools'
              ? [
                  'ifconfig eth0 10.0.0.5 netmask 255.255.255.0 broadcast 10.0.0.255 up',
                  'route add default gw 10.0.0.254 dev eth0',
                ]
              : [
                  'ip -batch - <<< addr replace 10.0.0.5/24 broadcast + dev eth0; link set dev eth0 up',
                  'ip route prepend default via 10.0.0.254 dev eth0',
                ],
          );
        });
      });

      it('leaves the same when the link is up without carrier', () => {
        withLinks(['link set peer0 down'], () => {
          const { host } = hostOf(tools);
          const steps = plan(full, host);
          apply(steps, host);
          assert.deepEqual(host.facts().links.find((fact) => fact.name === 'eth0')?.addresses, [
            { family: 4, address: '10.0.0.5', prefixLength: 24 },
          ]);
          assert.deepEqual(apply(steps, host).changed, []);
        });
      });

      it('replaces other addresses, aliases included, and the gateway', () => {
        const before = [
          'link set eth0 up',
          'addr add 10.0.0.9/24 dev eth0',
          'addr add 10.0.0.5/24 dev eth0',
          'addr add 10.7.0.9/16 dev eth0 label eth0:3',
          'route add default via 10.0.0.99',
        ];
        withLinks(before, () => {
          const { host } = hostOf(tools);
          const steps = plan(full, host);
          apply(steps, host);
          assert.deepEqual(
            host
              .facts()
              .links.find((fact) => fact.name === 'eth0')
              ?.addresses.map((entry) => entry.address),
            ['10.0.0.5'],
          );
          assert.deepEqual(
            host
              .facts()
              .routes.filter((route) => route.prefixLength === 0)
              .map((route) => route.gateway),
            ['10.0.0.1'],
          );
          assert.deepEqual(apply(steps, host).changed, []);
        });
      });

      it('replaces a gateway without touching the address', () => {
        withLinks(
          ['link set eth0 up', 'addr add 10.0.0.5/24 broadcast + dev eth0', 'route add default via 10.0.0.99'],
          () => {
            const { host } = hostOf(tools);
            const { changed, messages } = apply(
              plan({ links: [link], networks: [{ ...ipv4, routes: routes.slice(0, 1) }] }, host),
              host,
            );
            assert.deepEqual(
              [changed, messages],
              [['net/eth0/default-via-10.0.0.1'], ['replaced route default via 10.0.0.99']],
            );
            assert.deepEqual(
              host
                .facts()
                .routes.filter((route) => route.prefixLength === 0)
                .map((route) => route.gateway),
              ['10.0.0.1'],
            );
          },
        );
      });

      it('changes the prefix of the same address', () => {
        withLinks(['link set eth0 up', 'addr add 10.0.0.5/16 dev eth0'], () => {
          const { host } = hostOf(tools);
          apply(plan(full, host), host);
          assert.deepEqual(host.facts().links.find((fact) => fact.name === 'eth0')?.addresses, [
            { family: 4, address: '10.0.0.5', prefixLength: 24 },
          ]);
        });
      });

      it('leaves the default route of another link and says so', () => {
        withLinks(['link set eth1 up', 'addr add 192.0.2.5/24 dev eth1', 'route add default via 192.0.2.1'], () => {
          const { host } = hostOf(tools);
          const { messages } = apply(plan(full, host), host);
          assert.deepEqual(messages, ['left alone: route default via 192.0.2.1 on eth1']);
          assert.deepEqual(
            host
              .facts()
              .routes.filter((route) => route.prefixLength === 0)
              .map((route) => route.gateway)
              .sort(),
            ['10.0.0.1', '192.0.2.1'],
          );
        });
      });

      it('reaches a gateway outside the subnet', () => {
        withLinks([], () => {
          const { host } = hostOf(tools);
          const json = {
            links: [link],
            networks: [{ ...ipv4, netmask: '255.255.255.255', routes: [{ ...routes[0], gateway: '172.31.1.1' }] }],
          };
          const steps = plan(json, host);
          apply(steps, host);
          assert.ok(
            host
              .facts()
              .routes.some(
                (route) => route.prefixLength === 0 && route.gateway === '172.31.1.1' && route.link === 'eth0',
              ),
          );
          assert.deepEqual(apply(steps, host).changed, []);
        });
      });

      const several: [string, string[]][] = [
        ['a bare link', []],
        ['a link without carrier', ['link set peer0 down']],
        ['a link that has them', ['link set eth0 up', ...wantedTexts.map((text) => `addr add ${text} dev eth0`)]],
        ['some, and others', ['link set eth0 up', 'addr add 10.0.0.6/24 dev eth0', 'addr add 10.0.0.9/24 dev eth0']],
        [
          'them in another order',
          ['link set eth0 up', ...wantedTexts.map((text) => `addr add ${text} dev eth0`).reverse()],
        ],
        [
          'others that lead their subnets',
          ['link set eth0 up', 'addr add 10.0.0.9/24 dev eth0', 'addr add 10.0.0.5/24 dev eth0'],
        ],
      ];
      for (const [name, prepare] of several) {
        it(`sets several addresses in their order, with routes of two gateways: ${name}`, () => {
          withLinks(prepare, () => {
            const { host } = hostOf(tools);
            const steps = plan(severalAddresses, host);
            apply(steps, host);
            assert.deepEqual(listWithFlags(), wantedWithFlags);
            assert.deepEqual(
              host
                .facts()
                .routes.filter((route) => route.gateway !== '0.0.0.0')
                .map(({ destination, gateway, metric }) => `${destination} ${gateway} ${metric}`)
                .sort(),
              ['0.0.0.0 10.0.0.1 0', '0.0.0.0 10.7.0.1 1025', '10.9.0.0 172.31.1.1 0'],
            );
            assert.deepEqual(apply(steps, host).changed, []);
          });
        });
      }

      it('sets static IPv6 with its route; a second time changes nothing', () => {
        withLinks([], () => {
          const { host } = createHost();
          const steps = plan({ links: [link], networks: [ipv4, ipv6] }, host);
          apply(steps, host);
          assert.match(JSON.stringify(show()), /2001:db8::5.*default\\",\\"gateway\\":\\"2001:db8::1/);
          assert.deepEqual(apply(steps, host).changed, []);
        });
      });
    });
  }

  const states: [string, string[]][] = [
    ['a link that is down and bare', []],
    ['a link that is up and bare', ['link set eth0 up']],
    [
      'an address and a gateway',
      ['link set eth0 up', 'addr add 10.0.0.9/24 broadcast + dev eth0', 'route add default via 10.0.0.99 proto static'],
    ],
    [
      'several addresses, metrics, another link and IPv6',
      [
        ...['link set eth0 up', 'link set eth1 up', 'link set eth0 mtu 1400'],
        ...[
          'addr add 10.0.0.9/24 dev eth0',
          'addr add 10.0.0.10/24 dev eth0',
          'addr add 10.7.0.9/16 broadcast + dev eth0 label eth0:1',
          'addr add 10.5.5.5/32 dev eth0',
        ],
        ...['addr add 192.0.2.5/24 dev eth1', 'addr add 2001:db8::9/64 dev eth0 nodad'],
        ...[
          'route add default via 10.0.0.99 metric 100 proto dhcp src 10.0.0.10',
          'route add default via 192.0.2.1',
          'route add 172.16.0.0/12 via 10.7.0.1 onlink dev eth0',
        ],
        ...['route add default via 2001:db8::99 dev eth0', 'route add blackhole 172.20.0.0/16'],
      ],
    ],
    ['an address on a link that is down', ['addr add 10.0.0.9/24 dev eth0']],
  ];
  for (const tools of ['net-tools', 'iproute2'] as const) {
    describe(`rolling back ${tools}`, () => {
      for (const [index, [name, prepare]] of states.entries()) {
        // Each state with one tool failing before and the other after the effect; the richest one with all four.
        const sides =
          index === 3
            ? (['before', 'after'] as const)
            : [(index % 2 === 0) === (tools === 'iproute2') ? ('before' as const) : ('after' as const)];
        for (const when of sides) {
          it(`equals what was: ${name}; each command in turn fails ${when} its effect`, () => {
            const json = { links: [{ ...link, mtu: 1450 }], networks: [{ ...ipv4, routes }, ipv6] };
            let failures = 0;
            for (let failAt = 1; failAt < 12; failAt += 1) {
              let failed = false;
              withLinks(prepare, () => {
                const { host } = createHost({
                  without: tools === 'iproute2' ? ['ifconfig', 'route'] : [],
                  failAt,
                  when,
                });
                const before = show();
                const snapshot = snapshotNetwork(host);
                try {
                  apply(plan(json, host), host);
                } catch (error) {
                  assert.ok(error instanceof AgentError && error.code === exitCodes.networkRolledBack, String(error));
                  assert.match(error.message, /^(?:ifconfig|route|ip) exited 7: SIOCADDRT: made to fail$/);
                  failed = true;
                  restoreNetwork(snapshot, host);
                  assert.deepEqual(show(), before, `command ${failAt}`);
                }
              });
              if (!failed) break;
              failures += 1;
            }
            assert.ok(failures >= 5, `${failures} commands`);
          });
        }
      }
    });
  }

  describe('a guest with net-tools alone', () => {
    for (const [name, prepare] of states.slice(0, 3)) {
      it(`rolls back without ip: ${name}`, () => {
        withLinks(
          prepare.map((line) => line.replace(' proto static', '')),
          () => {
            const { host } = createHost({ without: ['ip'], failAt: 3 });
            const before = show();
            const snapshot = snapshotNetwork(host);
            assert.throws(() => apply(plan(full, host), host), /made to fail/);
            restoreNetwork(snapshot, host);
            const strip = (state: unknown): string => JSON.stringify(state);
            assert.equal(strip(show()), strip(before));
          },
        );
      });
    }

    it('sets several addresses by aliases; a second time changes nothing', () => {
      for (const prepare of [
        [],
        ['link set eth0 up', 'addr add 10.7.0.5/16 dev eth0', 'addr add 10.0.0.6/24 dev eth0'],
      ]) {
        withLinks(prepare, () => {
          const { host } = createHost({ without: ['ip'] });
          const steps = plan(severalAddresses, host);
          apply(steps, host);
          assert.deepEqual(listWithFlags(), wantedWithFlags);
          assert.match(JSON.stringify(show()), /"label":"eth0:2"/);
          assert.deepEqual(apply(steps, host).changed, []);
        });
      }
    });

    it('puts the primary first again without ip', () => {
      const swapped = ['10.0.0.6/24', '10.0.0.5/24', '10.7.0.5/16', '10.0.0.77/32'];
      withLinks(['link set eth0 up', ...swapped.map((text) => `addr add ${text} dev eth0`)], () => {
        const { host } = createHost({ without: ['ip'] });
        const steps = plan(severalAddresses, host);
        apply(steps, host);
        assert.deepEqual(listWithFlags(), wantedWithFlags);
        assert.deepEqual(apply(steps, host).changed, []);
      });
    });

    it('replaces several addresses without ip', () => {
      withLinks(
        [
          'link set eth0 up',
          'addr add 10.0.0.9/24 dev eth0',
          'addr add 10.0.0.10/24 dev eth0',
          'addr add 10.7.0.9/16 dev eth0 label eth0:1',
        ],
        () => {
          const { host } = createHost({ without: ['ip'] });
          apply(plan(full, host), host);
          assert.deepEqual(
            host
              .facts()
              .links.find((fact) => fact.name === 'eth0')
              ?.addresses.map((entry) => entry.address),
            ['10.0.0.5'],
          );
        },
      );
    });
  });

  describe('failures', () => {
    it('tells the last line of a failing route, put in its place by a folder of shims', () => {
      const folder = mkdtempSync(join(tmpdir(), 'guest-init-shim-'));
      try {
        writeFileSync(
          join(folder, 'route'),
          '#!/bin/sh\necho one >&2\necho "SIOCADDRT: Network is unreachable" >&2\nexit 7\n',
          { mode: 0o755 },
        );
        withLinks([], () => {
          const { host } = createHost();
          const shimmed: Host = {
            ...host,
            which: (name) => (name === 'route' ? join(folder, name) : host.which(name)),
          };
          const before = show();
          const snapshot = snapshotNetwork(shimmed);
          assert.throws(
            () => apply(plan({}, shimmed, '10.0.0.5'), shimmed),
            (error) =>
              error instanceof AgentError &&
              error.code === exitCodes.networkRolledBack &&
              error.message === 'route exited 7: SIOCADDRT: Network is unreachable',
          );
          restoreNetwork(snapshot, shimmed);
          assert.deepEqual(show(), before);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('says so (exit 21) when the network cannot be taken back', () => {
      withLinks(['link set eth0 up', 'addr add 10.0.0.9/24 dev eth0'], () => {
        const { host } = createHost();
        const snapshot = snapshotNetwork(host);
        apply(plan(full, host), host);
        const broken: Host = {
          ...host,
          run: (argv, options) =>
            argv.includes('show') ? host.run(argv, options) : { status: 2, stdout: '', stderr: 'no', timedOut: false },
        };
        assert.throws(
          () => restoreNetwork(snapshot, broken),
          (error) =>
            error instanceof AgentError &&
            error.code === exitCodes.networkRollbackFailed &&
            /^eth0 up mtu 1450: 10\.0\.0\.5/.test(error.message),
        );
      });
    });
  });
}
