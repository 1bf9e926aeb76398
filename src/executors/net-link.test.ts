import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetLinkAction } from '../core/action.ts';
import type { Facts } from '../core/facts.ts';
import { createMemoryHost, plainFacts } from '../host/memory.ts';
import { netLink } from './net-link.ts';

const action: NetLinkAction = { kind: 'netLink', link: 'eth0', mtu: 1450, tool: 'net-tools' };
const up: Partial<Facts> = { links: plainFacts.links.map((link) => ({ ...link, up: true })) };

function inspect(given: { mtu?: string; facts?: Partial<Facts>; action?: NetLinkAction }): unknown {
  const files = given.mtu === undefined ? {} : { '/sys/class/net/eth0/mtu': given.mtu };
  const { host } = createMemoryHost({ files, ...(given.facts === undefined ? {} : { facts: given.facts }) });
  const inspection = netLink.inspect(given.action ?? action, host);
  return inspection.state === 'same' ? 'same' : [inspection.state, ...inspection.changes.map((change) => change.what)];
}

describe('netLink', () => {
  it('compares with the kernel without running a command', () => {
    assert.equal(inspect({ mtu: '1450\n', facts: up }), 'same');
    assert.deepEqual(inspect({ mtu: '1500\n', facts: up }), ['differs', 'eth0 mtu 1500 -> 1450']);
    assert.deepEqual(inspect({ mtu: '1450\n' }), ['differs', 'eth0 up']);
    assert.deepEqual(inspect({ facts: up }), ['unknown', 'eth0 mtu 1450']);
    assert.deepEqual(inspect({ mtu: '1450\n', facts: { links: [] } }), ['unknown', 'eth0 up']);
    assert.equal(inspect({ facts: up, action: { kind: 'netLink', link: 'eth0', tool: 'iproute2' } }), 'same');
  });

  it('sets both in one command', () => {
    for (const [tool, argv] of [
      ['net-tools', ['/usr/sbin/ifconfig', 'eth0', 'mtu', '1450', 'up']],
      ['iproute2', ['/usr/sbin/ip', 'link', 'set', 'dev', 'eth0', 'mtu', '1450', 'up']],
    ] as const) {
      const { host, commands } = createMemoryHost();
      netLink.apply({ ...action, tool }, host, {
        commandTimeoutMs: 1,
        instanceDirectory: '/',
        environment: {},
        stepId: 's',
      });
      assert.deepEqual(commands, [{ argv }]);
    }
  });
});
