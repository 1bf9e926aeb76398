import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NetworkBackend, networkBackends } from '../core/network-backend.ts';
import type { ResolvedLink } from '../core/resolved-network.ts';
import { keepWritable } from './writable-names.ts';

const origin = { source: 'network_data.json links[0]' };

function nic(name: string, more: Partial<ResolvedLink> = {}): ResolvedLink {
  return { name, kind: 'physical', automatic: {}, addresses: [], routes: [], dns: [], origin, ...more };
}

function bond(name: string, ...members: string[]): ResolvedLink {
  return nic(name, { kind: 'bond', bond: { mode: 'active-backup', members, options: {} } });
}

function isWritable(name: string, backend: NetworkBackend): boolean {
  return keepWritable({ links: [nic(name)] }, backend).network.links.length === 1;
}

const scripts: readonly NetworkBackend[] = ['ifupdown', 'ifupdown-alpine', 'sysconfig', 'wicked'];
const patterns: readonly NetworkBackend[] = ['networkd', 'netplan'];

describe('keepWritable', () => {
  for (const backend of networkBackends) {
    it(`leaves usual names to ${backend}`, () => {
      for (const name of ['eth0', 'enp1s0', 'eth0.5', 'br-lan', 'w_1', 'e#x', 'é', 'a@b'])
        assert.ok(isWritable(name, backend), name);
    });
  }

  for (const [backends, names] of [
    [
      scripts,
      ['e;b', 'e$(id)', 'e"x', "e'x", 'e*', 'e?', 'e[1]', 'e=x', 'e&b', 'e|b', 'e>b', 'e`b', 'e\\x', '#e', '~e'],
    ],
    [patterns, ['e*', 'e?', 'e[1]', '!eth', 'e"x', "e'x", 'e\\x']],
    [['network-manager'], ['e;b', 'e,b', 'e\\x']],
  ] satisfies [readonly NetworkBackend[], readonly string[]][]) {
    for (const backend of backends) {
      it(`keeps ${names.join(' ')} from ${backend}`, () => {
        for (const name of names) assert.ok(!isWritable(name, backend), name);
      });
    }
  }

  it('leaves out what is on such a link, and what was to be a member beside it', () => {
    const links = [
      ...[nic('eth0'), nic('e;1', { memberOf: 'bond0' }), nic('eth2', { memberOf: 'bond0' })],
      ...[bond('bond0', 'e;1', 'eth2'), nic('bond0.5', { kind: 'vlan', vlan: { parent: 'bond0', id: 5 } })],
      nic('eth0.5', { kind: 'vlan', vlan: { parent: 'eth0', id: 5 } }),
    ];
    const { network, unwritable } = keepWritable({ links }, 'ifupdown');
    assert.deepEqual(
      network.links.map(({ name }) => name),
      ['eth0', 'eth0.5'],
    );
    assert.deepEqual(
      unwritable.map(({ message }) => message),
      [
        'e;1 is set up now and not written down: its files (ifupdown) take a character of this name for another',
        'eth2 is set up now and not written down: neither is bond0 that it is a member of',
        'bond0 is set up now and not written down: neither is e;1 below it',
        'bond0.5 is set up now and not written down: neither is bond0 below it',
      ],
    );
  });
});
