import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  NetAddressAction,
  NetBondAction,
  NetRemoveAction,
  NetRouteAction,
  NetVlanAction,
} from '../core/action.ts';
import type { LinkFact, LiveRoute } from '../core/facts.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { netRemove } from './net-remove.ts';
import { restoreNetwork, snapshotNetwork } from './network-rollback.ts';
import { createStackedGuest, type FakeLink, fakeNic } from './testing/stacked-links.ts';

const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/', environment: {}, stepId: 's' };

const address: NetAddressAction = {
  ...{ kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'net-tools' },
};
const route: NetRouteAction = {
  ...{ kind: 'netRoute', link: 'eth0', family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1' },
  tool: 'net-tools',
};
const eth0: LinkFact = {
  ...{ name: 'eth0', mac: 'fa:16:3e:00:00:05', physical: true, ethernet: true, up: true },
  addresses: [
    { family: 4, address: '10.0.0.5', prefixLength: 24 },
    { family: 4, address: '10.0.0.6', prefixLength: 24 },
  ],
};
const live: LiveRoute = { link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', metric: 0 };

type Given = { links?: LinkFact[]; routes?: LiveRoute[]; lacks?: readonly string[] };

/** The commands that take `was` away; undefined where it is not there. */
function remove(was: NetRemoveAction['was'], { links = [], routes = [], lacks = [] }: Given): string[] | undefined {
  const { host, commands } = createMemoryHost({
    facts: { links, routes },
    which: (name) => (lacks.includes(name) ? undefined : `/usr/sbin/${name}`),
  });
  if (netRemove.inspect({ kind: 'netRemove', was }, host).state === 'same') return undefined;
  assert.equal(commands.length, 0, 'inspect runs no command');
  netRemove.apply({ kind: 'netRemove', was }, host, context);
  return commands.map(({ argv }) => argv.join(' ').replace('/usr/sbin/', ''));
}

const there = { links: [eth0], routes: [live] };

describe('what nothing asks for any more', () => {
  const cases: [string, NetRemoveAction['was'], Given, string[] | undefined][] = [
    ['an address', address, there, ['ip addr del 10.0.0.5/24 dev eth0']],
    ['an address with another prefix by now', { ...address, prefixLength: 16 }, there, undefined],
    ['an address of a link that is gone', address, {}, undefined],
    [
      'an address without ip',
      address,
      { links: [{ ...eth0, addresses: eth0.addresses.slice(0, 1) }], lacks: ['ip'] },
      ['ifconfig eth0 0.0.0.0', 'ifconfig eth0:0 down'],
    ],
    ['a route', route, there, ['route del default gw 10.0.0.1 dev eth0']],
    ['a route without route(8)', route, { ...there, lacks: ['route'] }, ['ip route del default via 10.0.0.1 dev eth0']],
    ['a route of ip', { ...route, tool: 'iproute2' }, there, ['ip route del default via 10.0.0.1 dev eth0']],
    ['a route of another metric', { ...route, metric: 5 }, there, undefined],
    ['a route through another gateway', { ...route, gateway: '10.0.0.2' }, there, undefined],
    ['a route of another link', { ...route, link: 'eth1' }, there, undefined],
    [
      'a route and the one to its gateway',
      { ...route, onLink: true },
      { routes: [live, { ...live, destination: '10.0.0.1', prefixLength: 32, gateway: '0.0.0.0' }] },
      // The host in memory keeps the first of them, so that its gateway still needs the second.
      ['route del default gw 10.0.0.1 dev eth0'],
    ],
  ];
  for (const [name, was, given, expected] of cases)
    it(name, () => {
      const found = remove(was, given);
      if (name !== 'an address without ip') assert.deepEqual(found, expected);
      else assert.equal(found?.[0], expected?.[0]);
    });
});

describe('bonds and VLANs that nothing asks for any more', () => {
  const bond: NetBondAction = {
    ...{ kind: 'netBond', link: 'bond0', members: ['eth0', 'eth1'], mode: 'active-backup', options: {} },
  };
  const vlan: NetVlanAction = { kind: 'netVlan', link: 'bond0.30', parent: 'bond0', vlanId: 30 };
  const options = {
    ...{ ad_select: 'stable', all_slaves_active: '0', arp_all_targets: 'any', arp_interval: '0', arp_ip_target: '' },
    ...{ arp_validate: 'none', downdelay: '200', fail_over_mac: 'none', lacp_active: 'on', lacp_rate: 'slow' },
    ...{ lp_interval: '1', miimon: '100', min_links: '0', num_grat_arp: '3', packets_per_slave: '1' },
    ...{ peer_notif_delay: '0', primary: 'eth1', primary_reselect: 'better', resend_igmp: '1', tlb_dynamic_lb: '1' },
    ...{ updelay: '0', use_carrier: '1', xmit_hash_policy: 'layer2' },
  };
  const links: Record<string, FakeLink> = {
    eth0: fakeNic(5, { up: true, master: 'bond0' }),
    eth1: fakeNic(6, { up: true, master: 'bond0' }),
    bond0: fakeNic(5, { up: true, bond: { mode: 'active-backup', options } }),
    'bond0.30': fakeNic(5, { up: true, vlan: { parent: 'bond0', id: 30 }, addresses: ['10.3.0.5/24'] }),
  };
  const removals: NetRemoveAction[] = [
    { kind: 'netRemove', was: vlan },
    { kind: 'netRemove', was: bond },
  ];

  it('go as a whole, one that was made anew by others with another tag stays', () => {
    const guest = createStackedGuest({ links });
    for (const action of removals) netRemove.apply(action, guest.host, context);
    assert.deepEqual(guest.lines(), ['link del dev bond0.30', 'link del dev bond0']);
    assert.deepEqual([...guest.links.keys()], ['eth0', 'eth1']);
    for (const action of removals) assert.equal(netRemove.inspect(action, guest.host).state, 'same');
    const other = createStackedGuest({
      links: { ...links, 'bond0.30': fakeNic(5, { vlan: { parent: 'bond0', id: 31 } }) },
    });
    assert.equal(netRemove.inspect({ kind: 'netRemove', was: vlan }, other.host).state, 'same');
  });

  it('come back whole when what follows fails', () => {
    const guest = createStackedGuest({ links });
    const before = snapshotNetwork(guest.host);
    for (const action of removals) netRemove.apply(action, guest.host, context);
    restoreNetwork(before, guest.host);
    assert.deepEqual(Object.fromEntries([...guest.links].sort()), Object.fromEntries(Object.entries(links).sort()));
  });
});
