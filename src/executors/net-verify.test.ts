import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetAddressAction, NetProbeAction, NetRouteAction, NetVerifyAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Facts } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { createMemoryHost, type MemoryFile, plainFacts } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { netProbe } from './net-probe.ts';
import { netVerify } from './net-verify.ts';

const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/x', environment: {}, stepId: 'x' };
const arp = (...lines: readonly string[]): string =>
  ['IP address HW type Flags HW address Mask Device', ...lines].join('\n');
const answer = (address: string, mac: string): string => `${address} 0x1 0x2 ${mac} * eth0`;
const nobody = (address: string): string => `${address} 0x1 0x0 00:00:00:00:00:00 * eth0`;
const gatewayMac = '02:00:00:00:00:01';
const otherMac = '02:00:00:00:00:02';

const probe: NetProbeAction = {
  kind: 'netProbe',
  links: [{ link: 'eth0', addresses: ['10.0.0.5'], gateways: ['10.0.0.1'] }],
  timeoutMs: 100,
};
const address: NetAddressAction = {
  ...{ kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
};
const route: NetRouteAction = {
  ...{ kind: 'netRoute', link: 'eth0', family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1' },
  tool: 'iproute2',
};
const verify: NetVerifyAction = {
  kind: 'netVerify',
  wanted: [
    { step: 'a', action: address },
    { step: 'r', action: route },
  ],
  timeoutMs: 100,
  onChangeOf: ['a', 'r'],
};

const [eth0] = plainFacts.links;
assert.ok(eth0 !== undefined);
/** As it is when all has been set. */
const done: Partial<Facts> = {
  links: [{ ...eth0, up: true, addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24 }] }],
  routes: [{ link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', metric: 0 }],
};

/** A guest whose table of neighbours is `table`, from the first question on. */
function guest(given: {
  table?: string;
  facts?: () => Partial<Facts>;
  files?: Record<string, MemoryFile>;
  without?: string;
}) {
  const made = createMemoryHost({
    files: { '/proc/net/arp': given.table ?? arp(), ...given.files },
    facts: given.facts ?? {},
    which: (name) => (name === given.without ? undefined : `/usr/sbin/${name}`),
  });
  // What waits, waits for real.
  return { ...made, host: { ...made.host, monotonic: () => performance.now() } };
}

async function refusal(run: () => unknown): Promise<AgentError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  return assert.fail('it was accepted');
}

describe('netProbe', () => {
  it('asks for the address and the gateway in one spawn, and is content when the gateway answers', async () => {
    const { host, commands } = guest({ table: arp(answer('10.0.0.1', gatewayMac), nobody('10.0.0.5')) });
    assert.equal(netProbe.inspect(probe, host).state, 'unknown');
    assert.deepEqual((await netProbe.apply(probe, host, context))?.checks, [
      { link: 'eth0', what: 'address-free', subject: '10.0.0.5', result: 'ok' },
    ]);
    assert.deepEqual(commands, [
      {
        argv: ['/usr/sbin/ip', '-force', '-batch', '-'],
        input: 'link set dev eth0 up\nneigh replace 10.0.0.1 dev eth0 use\nneigh replace 10.0.0.5 dev eth0 use\n',
      },
    ]);
  });

  it('refuses an address that another machine has, naming it', async () => {
    const { host } = guest({ table: arp(answer('10.0.0.5', otherMac), answer('10.0.0.1', gatewayMac)) });
    const error = await refusal(() => netProbe.apply(probe, host, context));
    assert.equal(error.code, exitCodes.networkRolledBack);
    assert.equal(error.message, `10.0.0.5 is in use on eth0 by ${otherMac}`);
  });

  it('lets other work be done while it waits, and counts the time that this takes', async () => {
    const { host, commands } = guest({ table: arp(answer('10.0.0.1', gatewayMac), nobody('10.0.0.5')) });
    let now = 0;
    let looks = 0;
    const asked: number[] = [];
    const watched: Host = {
      ...host,
      monotonic: () => now,
      readText(path) {
        if (path === '/proc/net/arp') looks += 1;
        // One look too many, and the clock goes on all the same.
        if (looks > 1) now += 1;
        return host.readText(path);
      },
    };
    const meanwhile = () => {
      asked.push(commands.length);
      now += 3;
    };
    assert.equal((await netProbe.apply(probe, watched, { ...context, meanwhile }))?.checks?.[0]?.result, 'ok');
    assert.deepEqual({ asked, looks }, { asked: [1], looks: 1 });
  });

  it('takes no answer of its own NICs for another machine', async () => {
    const { host } = guest({ table: arp(answer('10.0.0.5', eth0.mac), answer('10.0.0.1', gatewayMac)) });
    assert.equal((await netProbe.apply(probe, host, context))?.checks?.[0]?.result, 'ok');
  });

  it('asks nobody when the address and the gateway are there', () => {
    const { host } = guest({ facts: () => done });
    assert.deepEqual(netProbe.inspect(probe, host), { state: 'same' });
    const { host: rerouted } = guest({ facts: () => ({ ...done, routes: [] }) });
    assert.equal(netProbe.inspect(probe, rerouted).state, 'unknown');
  });

  it('goes on when ip cannot ask, and says so', async () => {
    const { host } = guest({ without: 'ip' });
    const applied = await netProbe.apply(probe, host, context);
    assert.deepEqual([applied?.checks?.[0]?.result, applied?.message], ['unknown', 'not asked: ip is not installed']);
  });
});

describe('netVerify', () => {
  const arpDone = arp(answer('10.0.0.1', gatewayMac));

  it('spawns nothing when the gateway has answered before', async () => {
    let facts: Partial<Facts> = {};
    const { host, commands } = guest({
      table: arp(answer('10.0.0.1', gatewayMac), nobody('10.0.0.5')),
      facts: () => facts,
    });
    await netProbe.apply(probe, host, context);
    facts = done;
    host.writeFile('/proc/net/arp', arp(), { mode: 0o644, uid: 0, gid: 0 });
    const count = commands.length;
    const applied = await netVerify.apply(verify, host, context);
    assert.deepEqual(
      applied?.checks?.map(({ what, result, detail = '' }) => `${what} ${result} ${detail}`.trim()),
      ['address ok', 'route ok', 'carrier ok', `gateway ok ${gatewayMac}`],
    );
    assert.equal(applied?.message, undefined);
    assert.equal(commands.length, count);
  });

  it('asks again where nobody has answered yet', async () => {
    const { host, commands } = guest({ table: arpDone, facts: () => done });
    const applied = await netVerify.apply(verify, host, context);
    assert.equal(applied?.checks?.at(-1)?.result, 'ok');
    assert.deepEqual(
      commands.map(({ input }) => input),
      ['neigh flush to 10.0.0.1 dev eth0\nneigh replace 10.0.0.1 dev eth0 use\n'],
    );
  });

  it('tells of a silent gateway and does not fail', async () => {
    const { host } = guest({ table: arp(nobody('10.0.0.1')), facts: () => done });
    const applied = await netVerify.apply(verify, host, context);
    assert.equal(applied?.checks?.at(-1)?.result, 'trouble');
    assert.equal(applied?.message, 'gateway 10.0.0.1 does not answer on eth0');
  });

  it('does not call a gateway silent that the kernel has not asked', async () => {
    const { host } = guest({ facts: () => done });
    assert.equal((await netVerify.apply(verify, host, context))?.checks?.at(-1)?.result, 'unknown');
  });

  it('tells of a link without carrier, on which nobody is asked', async () => {
    const { host, commands } = guest({ facts: () => done, files: { '/sys/class/net/eth0/carrier': '0\n' } });
    const applied = await netVerify.apply(verify, host, context);
    assert.equal(applied?.message?.startsWith('eth0 has no carrier'), true, applied?.message);
    assert.deepEqual(commands, []);
  });

  it('fails where an address, a route or an MTU is not there', async () => {
    const links = [{ ...eth0, up: true, addresses: [] }];
    for (const [facts, action, message] of [
      [{ ...done, links }, verify, '10.0.0.5/24 is not there on eth0 although it was set'],
      [{ ...done, routes: [] }, verify, 'the route default via 10.0.0.1 is not there on eth0 although it was set'],
      [
        done,
        {
          ...verify,
          wanted: [{ step: 'm', action: { kind: 'netLink', link: 'eth0', mtu: 1400, tool: 'iproute2' } as const }],
        },
        'the MTU 1400 is not there on eth0 although it was set',
      ],
    ] as const) {
      const { host } = guest({ table: arpDone, facts: () => facts });
      const error = await refusal(() => netVerify.apply(action, host, context));
      assert.deepEqual([error.code, error.message], [exitCodes.networkRolledBack, message]);
    }
  });

  it('does not miss what could not be set', async () => {
    const { host } = guest({ facts: () => ({ ...done, links: [{ ...eth0, up: true, addresses: [] }], routes: [] }) });
    const failed = new Set(['a', 'r']);
    assert.deepEqual((await netVerify.apply(verify, host, { ...context, failed }))?.checks, []);
  });

  it('fails where a gateway answered before and none of ours does', async () => {
    const before = { link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.9', metric: 0 };
    let facts: Partial<Facts> = { routes: [before] };
    const { host } = guest({
      table: arp(answer('10.0.0.9', gatewayMac), nobody('10.0.0.1'), nobody('10.0.0.5')),
      facts: () => facts,
    });
    await netProbe.apply(probe, host, context);
    facts = done;
    const error = await refusal(() => netVerify.apply(verify, host, context));
    assert.equal(error.message, 'gateway 10.0.0.1 does not answer on eth0, and 10.0.0.9 did before');
  });

  it('waits for duplicate address detection, and fails where it finds another machine', async () => {
    const own: NetAddressAction = { ...address, family: 6, address: '2001:db8::5', prefixLength: 64 };
    const action: NetVerifyAction = { ...verify, wanted: [{ step: 'a', action: own }] };
    const live = { family: 6, address: '2001:db8::5', prefixLength: 64 } as const;
    const facts = (): Partial<Facts> => ({ links: [{ ...eth0, up: true, addresses: [live] }] });
    const inet6 = (flags: string): Record<string, string> => ({
      '/proc/net/if_inet6': `20010db8000000000000000000000005 02 40 00 ${flags} eth0\n`,
    });
    const { host } = guest({ facts, files: inet6('80') });
    assert.equal((await netVerify.apply(action, host, context))?.checks?.[0]?.result, 'ok');
    const { host: twice } = guest({ facts, files: inet6('c8') });
    const error = await refusal(() => netVerify.apply(action, twice, context));
    assert.match(error.message, /^2001:db8::5 is in use on eth0 by another machine/);
  });
});
