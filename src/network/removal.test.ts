import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Action } from '../core/action.ts';
import type { Step } from '../core/plan.ts';
import type { Automatic, ResolvedLink, ResolvedNetwork } from '../core/resolved-network.ts';
import { planRemovals } from './removal.ts';

const origin = { source: 'network_data.json' };

function step(id: string, action: Action): Step {
  return { id: `net/${id}`, module: 'network', stage: 'early', summary: id, action };
}

function address(link: string, text: string): Step {
  const [bare = '', length] = text.split('/');
  const family = bare.includes(':') ? 6 : 4;
  return step(`${link}/${text}`, {
    ...{ kind: 'netAddress', link, family, address: bare, prefixLength: Number(length), tool: 'iproute2' },
  });
}

function route(link: string, target: string, gateway: string, metric?: number): Step {
  const [bare = '', length] = target.split('/');
  const family = bare.includes(':') ? 6 : 4;
  const shape = { link, family, destination: bare, prefixLength: Number(length), gateway, tool: 'iproute2' } as const;
  const id = `${link}/${target}-via-${gateway}${metric ?? ''}`;
  return step(id, { kind: 'netRoute', ...shape, ...(metric === undefined ? {} : { metric }) });
}

function vlan(link: string, parent: string, vlanId: number): Step {
  return step(`${link}/vlan`, { kind: 'netVlan', link, parent, vlanId });
}

const bond = step('bond0/bond', {
  kind: 'netBond',
  link: 'bond0',
  members: ['eth0'],
  mode: 'active-backup',
  options: {},
});

function network(links: Readonly<Record<string, Automatic>> = {}): ResolvedNetwork {
  return {
    links: Object.entries(links).map(
      ([name, automatic]): ResolvedLink => ({
        ...{ name, kind: 'physical', automatic, addresses: [], routes: [], dns: [], origin },
      }),
    ),
  };
}

const kept = address('eth0', '10.0.0.5/24');
const cases: [string, Step[], Step[], Record<string, Automatic>, string[]][] = [
  [
    'nothing of a network that is the same',
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.1')],
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.1')],
    {},
    [],
  ],
  ['no IPv4 address of a link that gets another', [kept], [address('eth0', '10.0.0.6/24')], {}, []],
  [
    'the addresses of a link that gets none, and what is reached through them first',
    [kept, address('eth1', '10.1.0.5/24'), route('eth1', '10.2.0.0/16', '10.1.0.1'), address('eth1', '2001:db8::5/64')],
    [kept],
    {},
    ['eth1/10.2.0.0/16-via-10.1.0.1', 'eth1/2001:db8::5/64', 'eth1/10.1.0.5/24'],
  ],
  [
    'the IPv6 address beside another',
    [address('eth0', '2001:db8::5/64')],
    [address('eth0', '2001:db8::6/64')],
    {},
    ['eth0/2001:db8::5/64'],
  ],
  [
    'a route that is not there any more',
    [kept, route('eth0', '10.2.0.0/16', '10.0.0.1')],
    [kept],
    {},
    ['eth0/10.2.0.0/16-via-10.0.0.1'],
  ],
  [
    'no route that another gateway takes over',
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.1')],
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.2')],
    {},
    [],
  ],
  [
    'a route of another metric',
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.1', 5)],
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.1')],
    {},
    ['eth0/0.0.0.0/0-via-10.0.0.15'],
  ],
  [
    "an IPv6 route whose metric is said now, and is the kernel's own: none",
    [route('eth0', '2001:db8:9::/48', '2001:db8::1')],
    [route('eth0', '2001:db8:9::/48', '2001:db8::1', 1024)],
    {},
    [],
  ],
  [
    'nothing that DHCP has yet to give',
    [kept, route('eth0', '0.0.0.0/0', '10.0.0.1'), address('eth0', '2001:db8::5/64')],
    [],
    { eth0: { dhcp4: true } },
    ['eth0/2001:db8::5/64'],
  ],
  [
    'nothing that a router has yet to advertise',
    [kept, address('eth0', '2001:db8::5/64')],
    [],
    { eth0: { ipv6: 'slaac' } },
    ['eth0/10.0.0.5/24'],
  ],
  [
    'a bond and the VLANs on it as a whole, the last one first',
    [bond, vlan('bond0.5', 'bond0', 5), address('bond0', '10.0.0.5/24'), address('bond0.5', '10.5.0.5/24')],
    [address('eth0', '10.0.0.5/24')],
    {},
    ['bond0.5/vlan', 'bond0/bond'],
  ],
  [
    'no bond that has other members or another mode now',
    [bond],
    [{ ...bond, action: { ...bond.action, mode: '802.3ad' } as Action }],
    {},
    [],
  ],
  ['a VLAN whose name a bond has now', [vlan('bond0', 'eth0', 5)], [bond], {}, ['bond0/vlan']],
];

for (const [name, before, steps, automatic, expected] of cases) {
  it(`takes away ${name}`, () => {
    const removals = planRemovals(before, { steps, network: network(automatic) });
    assert.deepEqual(
      removals.map(({ id }) => id.replace('net-removed/', '')),
      expected,
    );
    for (const { module, stage, frequency, action } of removals) {
      assert.deepEqual([module, stage, frequency, action.kind], ['network', 'early', 'boot', 'netRemove']);
    }
  });
}
