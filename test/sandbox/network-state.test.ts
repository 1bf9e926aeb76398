// The measure of the renderers' tests: what counts as the same network, and what does not.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedLink } from '../../src/core/resolved-network.ts';
import { compareStates, expectedState, readLiveState } from '../support/network-state.ts';

const origin = { source: 'network_data.json' };

function link(name: string, rest: Partial<ResolvedLink> = {}): ResolvedLink {
  return { name, kind: 'physical', automatic: {}, addresses: [], routes: [], dns: [], origin, ...rest };
}

const eth0 = link('eth0', {
  mtu: 1400,
  addresses: [
    { family: 4, address: '10.0.0.5', prefixLength: 32, origin },
    { family: 6, address: '2001:db8::5', prefixLength: 64, origin },
  ],
  routes: [
    { family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '172.31.1.1', onLink: true, origin },
    { family: 6, destination: '::', prefixLength: 0, gateway: 'fe80::1', origin },
    { family: 6, destination: '2001:db8:9::9', prefixLength: 128, gateway: 'fe80::1', metric: 7, origin },
  ],
});

const live = {
  addr: [
    { ifname: 'lo', mtu: 65536, flags: ['UP'], addr_info: [{ local: '127.0.0.1', prefixlen: 8 }] },
    {
      ifname: 'eth0',
      address: 'fa:16:3e:00:00:05',
      mtu: 1400,
      flags: ['BROADCAST', 'UP'],
      addr_info: [
        { local: '10.0.0.5', prefixlen: 32 },
        { local: '2001:db8::5', prefixlen: 64 },
        { local: '2001:db8::f816:3eff:fe00:5', prefixlen: 64, dynamic: true },
        { local: 'fe80::f816:3eff:fe00:5', prefixlen: 64 },
      ],
    },
    { ifname: 'eth1', mtu: 1500, flags: ['BROADCAST'], addr_info: [] },
  ],
  '-4': [
    { dst: 'default', gateway: '172.31.1.1', dev: 'eth0', flags: ['onlink'] },
    { dst: '172.31.1.1', dev: 'eth0', scope: 'link' },
  ],
  '-6': [
    { dst: '2001:db8::/64', dev: 'eth0', protocol: 'kernel', metric: 256 },
    { dst: 'default', gateway: 'fe80::1', dev: 'eth0', metric: 1024 },
    { dst: 'default', gateway: 'fe80::99', dev: 'eth0', metric: 1024, protocol: 'ra' },
    { dst: '2001:db8:9::9', gateway: 'fe80::1', dev: 'eth0', metric: 7 },
  ],
};

async function compare(change: (guest: typeof live) => void, ...links: readonly ResolvedLink[]): Promise<string[]> {
  const guest = structuredClone(live);
  change(guest);
  const state = await readLiveState((argv) =>
    JSON.stringify(argv.includes('addr') ? guest.addr : argv.includes('-4') ? guest['-4'] : guest['-6']),
  );
  return compareStates(expectedState({ links: links.length > 0 ? links : [eth0] }), state);
}

describe('comparing networks', () => {
  it('finds the same what only the kernel, routers and leases add, however an on-link gateway is said', async () => {
    assert.deepEqual(await compare(() => {}), []);
    assert.deepEqual(await compare((guest) => guest['-4'].pop()), []);
    assert.deepEqual(await compare(() => {}, eth0, link('eth1')), []);
  });

  it('names each thing that is missing, unasked or otherwise', async () => {
    const differences = await compare((guest) => {
      guest.addr.push({ ifname: 'eth2', address: '', mtu: 1500, flags: ['UP'], addr_info: [] });
      const [, first] = guest.addr;
      Object.assign(first ?? {}, { mtu: 1500, master: 'bond0', flags: [] });
      Object.assign(first?.addr_info[1] ?? {}, { dadfailed: true });
      first?.addr_info.push({ local: '10.0.0.6', prefixlen: 24 });
      guest['-4'] = [{ dst: '10.9.0.0/16', dev: 'eth0', scope: 'link' }];
      Object.assign(guest['-6'][3] ?? {}, { metric: 8 });
    });
    assert.deepEqual(differences.sort(), [
      'eth0: MTU is 1500, expected 1400',
      'eth0: address 10.0.0.6/24 is there unasked',
      'eth0: address 2001:db8::5/64 dadfailed is there unasked',
      'eth0: address 2001:db8::5/64 is missing',
      'eth0: master is "bond0", expected undefined',
      'eth0: route 0.0.0.0/0 via 172.31.1.1 is missing',
      'eth0: route 10.9.0.0/16 is there unasked',
      'eth0: route 2001:db8:9::9/128 via fe80::1 metric 7 is missing',
      'eth0: route 2001:db8:9::9/128 via fe80::1 metric 8 is there unasked',
      'eth0: up is false, expected true',
      'eth2: up or with addresses, and nothing is asked of it',
    ]);
  });

  it('knows bonds, their members and VLANs by kind, options and parents', async () => {
    const bond = {
      mode: '802.3ad',
      members: ['eth0'],
      options: { lacp_rate: 'fast', arp_ip_target: '10.0.0.1,10.0.0.2' },
    } as const;
    const links = [
      link('eth0', { memberOf: 'bond0' }),
      link('bond0', { kind: 'bond', bond, mtu: 9000, mac: '02:00:00:00:00:01' }),
      link('bond0.5', { kind: 'vlan', vlan: { parent: 'bond0', id: 5 } }),
    ];
    const data = { mode: '802.3ad', ad_lacp_rate: 'fast', miimon: 100, arp_ip_target: ['10.0.0.1', '10.0.0.2'] };
    const stacked = (info_data: object, id: number) => (guest: typeof live) => {
      const common = { address: '02:00:00:00:00:01', mtu: 9000, flags: ['UP'], addr_info: [] };
      const more = [
        { ...common, ifname: 'eth0', master: 'bond0' },
        { ...common, ifname: 'bond0', linkinfo: { info_kind: 'bond', info_data } },
        { ...common, ifname: 'bond0.5', link: 'bond0', linkinfo: { info_kind: 'vlan', info_data: { id } } },
      ];
      Object.assign(guest, { addr: more, '-4': [], '-6': [] });
    };
    assert.deepEqual(await compare(stacked(data, 5), ...links), []);
    assert.deepEqual(await compare(stacked({ ...data, ad_lacp_rate: 'slow' }, 6), ...links), [
      'bond0: bond lacp_rate is "slow", expected "fast"',
      'bond0.5: VLAN is {"parent":"bond0","id":6}, expected {"parent":"bond0","id":5}',
    ]);
  });
});
