import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../core/action.ts';
import type { LinkFact, LiveRoute } from '../core/facts.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { executorFor } from './index.ts';
import { restoreNetwork, snapshotNetwork } from './network-rollback.ts';
import { createStackedGuest, type FakeLink, fakeNic, type StackedGuest } from './testing/stacked-links.ts';

const bare: LinkFact = {
  name: 'eth0',
  mac: 'fa:16:3e:00:00:05',
  physical: true,
  ethernet: true,
  up: false,
  addresses: [],
};
const set: LinkFact = { ...bare, up: true, addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24 }] };
const gateway: LiveRoute = { link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', metric: 0 };

describe('network rollback', () => {
  it('runs no command for a guest without address and route', () => {
    const { host, commands } = createMemoryHost({ facts: { links: [bare] } });
    const snapshot = snapshotNetwork(host);
    restoreNetwork(snapshot, host);
    assert.deepEqual([commands, snapshot.isDetailed], [[], false]);
  });

  for (const [name, given] of [
    ['an address', { facts: { links: [set] } }],
    ['a route', { facts: { links: [bare], routes: [gateway] } }],
    [
      'an address on a link that is down',
      { facts: { links: [bare] }, files: { '/proc/net/fib_trie': 'Local:\n |-- 10.0.0.9\n    /32 host LOCAL\n' } },
    ],
  ] as const) {
    it(`asks ip where there is ${name}`, () => {
      const { host, commands } = createMemoryHost({
        ...given,
        run: (argv) => ({ stdout: argv.includes('addr') ? '[]' : '' }),
      });
      assert.equal(snapshotNetwork(host).isDetailed, true);
      assert.deepEqual(
        commands.map(({ argv }) => argv.slice(1).join(' ')),
        ['-j addr show', '-4 route show table main'],
      );
    });
  }

  it("falls back to the kernel's files where ip knows no JSON", () => {
    const { host } = createMemoryHost({
      facts: { links: [set] },
      run: () => ({ status: 1, stderr: 'ip: unrecognized option: j' }),
    });
    const snapshot = snapshotNetwork(host);
    assert.deepEqual([snapshot.isDetailed, snapshot.links[0]?.addresses], [false, set.addresses]);
  });

  it('takes back an address and the link, and looks again', () => {
    let link = bare;
    const { host, commands } = createMemoryHost({
      facts: () => ({ links: [link] }),
      run: (argv) => {
        if (argv.at(-1) === 'down') link = bare;
        return undefined;
      },
    });
    const snapshot = snapshotNetwork(host);
    link = set;
    restoreNetwork(snapshot, host);
    assert.deepEqual(
      commands.map(({ argv }) => argv.slice(1).join(' ')),
      ['-4 addr flush dev eth0', 'link set dev eth0 down'],
    );
  });

  it('throws exit 21 and names what is different', () => {
    let link = bare;
    const { host } = createMemoryHost({
      facts: () => ({ links: [link] }),
      run: () => ({ status: 2, stderr: 'Operation not permitted' }),
    });
    const snapshot = snapshotNetwork(host);
    link = set;
    assert.throws(() => restoreNetwork(snapshot, host), {
      code: 21,
      message: 'eth0 up mtu ?: 10.0.0.5/24, was eth0 down mtu ?: no address; ip exited 2: Operation not permitted',
    });
  });

  it('names a lost route', () => {
    let routes = [gateway];
    const { host } = createMemoryHost({ facts: () => ({ links: [set], routes }), which: () => undefined });
    const snapshot = snapshotNetwork(host);
    routes = [];
    assert.throws(() => restoreNetwork(snapshot, host), {
      code: 21,
      message: /^the route 0\.0\.0\.0\/0 via 10\.0\.0\.1 dev eth0 metric 0 is lost/,
    });
  });

  it('does not mind links that came or went', () => {
    let links = [bare];
    const { host } = createMemoryHost({ facts: () => ({ links }) });
    const snapshot = snapshotNetwork(host);
    links = [{ ...bare, name: 'eth7' }];
    restoreNetwork(snapshot, host);
  });
});

const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/', environment: {}, stepId: 's' };

const options = {
  ...{ miimon: '100', fail_over_mac: 'none', primary: 'eth1', arp_ip_target: '', lacp_rate: 'slow', lacp_active: 'on' },
  xmit_hash_policy: 'layer2',
};
const wanted: Action[] = [
  {
    ...{ kind: 'netBond', link: 'bond0', members: ['eth0', 'eth1'], mode: '802.3ad', mac: 'fa:16:3e:00:00:99' },
    options: { miimon: '50', fail_over_mac: 'follow', lacp_rate: 'fast', xmit_hash_policy: 'vlan+srcmac' },
  },
  { kind: 'netVlan', link: 'bond0.30', parent: 'bond0', vlanId: 30, mac: 'fa:16:3e:00:00:98' },
  { kind: 'netAddress', link: 'bond0.30', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
];
const nics: Record<string, FakeLink> = {
  eth0: fakeNic(5, { up: true, addresses: ['10.9.0.5/24'] }),
  eth1: fakeNic(6),
  eth2: fakeNic(7),
};
const member = (number: number, master: string): FakeLink => fakeNic(number, { up: true, master });
const bond = fakeNic(5, { up: true, bond: { mode: 'active-backup', options } });

const states: [string, Record<string, FakeLink>][] = [
  ['NICs alone', nics],
  ['a bond of other members, in another mode', { ...nics, eth2: member(7, 'bond0'), bond0: bond }],
  [
    'a bond that has a member of ours',
    { ...nics, eth1: member(6, 'bond7'), bond7: { ...bond, mac: 'fa:16:3e:00:00:06' } },
  ],
  ['a bridge that has a member of ours', { ...nics, eth1: member(6, 'br0'), br0: fakeNic(6, { up: true }) }],
  [
    'a VLAN of that name with another tag, and one on it',
    {
      ...{ ...nics, eth2: fakeNic(7, { up: true }) },
      'bond0.30.4': fakeNic(8, { up: true, vlan: { parent: 'bond0.30', id: 4 } }),
      'bond0.30': fakeNic(7, { up: true, vlan: { parent: 'eth2', id: 31 }, addresses: ['10.8.0.5/24'] }),
    },
  ],
  [
    'the VLAN with another hardware address',
    {
      ...{ ...nics, eth0: member(5, 'bond0'), bond0: bond },
      'bond0.30': fakeNic(5, { up: true, vlan: { parent: 'bond0', id: 30 } }),
    },
  ],
];

describe('rollback of bonds and VLANs', () => {
  function applyAll(guest: StackedGuest): void {
    for (const action of wanted) void executorFor(action).apply(action, guest.host, context);
  }

  for (const [name, links] of states) {
    it(`equals what was: ${name}; each command in turn fails before its effect`, () => {
      let failures = 0;
      for (let failAt = 1; failAt < 40; failAt += 1) {
        let count = 0;
        let isOver = false;
        const refuse = (line: string): string | undefined => {
          count += line.includes('modprobe') ? 0 : 1;
          return !isOver && count === failAt ? 'made to fail' : undefined;
        };
        const guest = createStackedGuest({ links, refuse });
        const snapshot = snapshotNetwork(guest.host);
        let failure: unknown;
        try {
          applyAll(guest);
        } catch (error) {
          failure = error;
        }
        isOver = true;
        if (failure === undefined) break;
        assert.equal((failure as { code?: unknown }).code, 20, String(failure));
        failures += 1;
        restoreNetwork(snapshot, guest.host);
        assert.deepEqual(Object.fromEntries([...guest.links].sort()), sortOptions(links), `command ${failAt}`);
      }
      assert.ok(failures >= 8, `${failures} commands`);
    });
  }

  it('leaves what others have made meanwhile', () => {
    const guest = createStackedGuest({ links: nics });
    const snapshot = snapshotNetwork(guest.host);
    applyAll(guest);
    guest.links.set('bond1', structuredClone(bond));
    guest.links.set('eth2.7', fakeNic(7, { vlan: { parent: 'eth2', id: 7 } }));
    restoreNetwork(snapshot, guest.host);
    assert.deepEqual([...guest.links.keys()], ['eth0', 'eth1', 'eth2', 'bond1', 'eth2.7']);
  });

  it('does not take away a bond that somebody else was faster to make', () => {
    const guest = createStackedGuest({
      links: nics,
      refuse: (line) => {
        if (!line.startsWith('link add')) return undefined;
        guest.links.set('bond0', structuredClone(bond));
        return 'File exists';
      },
    });
    const snapshot = snapshotNetwork(guest.host);
    assert.throws(() => applyAll(guest), { code: 20, message: 'ip exited 2: RTNETLINK answers: File exists' });
    restoreNetwork(snapshot, guest.host);
    assert.deepEqual([...guest.links.keys()], ['eth0', 'eth1', 'eth2', 'bond0']);
  });

  it('throws exit 21 and names what is left over, lost or different', () => {
    const attempts: [string, Record<string, FakeLink>, string, RegExp][] = [
      [
        'del',
        nics,
        'link del dev bond0',
        /^bond0 is left over; ip exited 2: RTNETLINK answers: stuck$|eth0 up.*in bond0/,
      ],
      ['nomaster', states[1]?.[1] ?? {}, 'link set dev eth0 nomaster', /in bond0, was eth0/],
      [
        'add',
        states[4]?.[1] ?? {},
        'link add link eth2',
        /^bond0\.30\.4, VLAN 4 on bond0\.30, address fa:16:3e:00:00:08 is gone; ip/,
      ],
    ];
    for (const [name, links, start, message] of attempts) {
      let isOver = false;
      const refuse = (line: string): string | undefined => (isOver && line.startsWith(start) ? 'stuck' : undefined);
      const guest = createStackedGuest({ links, refuse });
      const snapshot = snapshotNetwork(guest.host);
      applyAll(guest);
      isOver = true;
      assert.throws(() => restoreNetwork(snapshot, guest.host), { code: 21, message }, name);
    }
  });
});

/** By name, with every option that the guest in memory shows. */
function sortOptions(links: Record<string, FakeLink>): Record<string, FakeLink> {
  return Object.fromEntries(Object.entries(links).sort(([a], [b]) => (a < b ? -1 : 1)));
}
