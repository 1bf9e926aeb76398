import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetAssumeAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { netAssume } from './net-assume.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const action: NetAssumeAction = {
  kind: 'netAssume',
  links: [
    { name: 'eth0', uuid: 'u-0' },
    { name: 'gone', uuid: 'u-1' },
  ],
};

test('each link has its state file', () => {
  const { host } = createMemoryHost({ files: { '/sys/class/net/eth0/ifindex': '2\n' } });
  assert.deepEqual(netAssume.inspect(action, host), {
    state: 'differs',
    changes: [{ op: '+', what: 'NetworkManager takes eth0 over' }],
  });
  void netAssume.apply(action, host, context);
  assert.equal(host.readText('/run/NetworkManager/devices/2'), '[device]\nmanaged=true\nconnection-uuid=u-0\n');
  assert.equal(netAssume.inspect(action, host).state, 'same');
});

test('a NetworkManager that runs is not taken by surprise', () => {
  const { host } = createMemoryHost({
    files: { '/sys/class/net/eth0/ifindex': '2\n', '/run/NetworkManager/NetworkManager.pid': '1\n' },
  });
  assert.equal(netAssume.inspect(action, host).state, 'same');
  assert.equal(netAssume.inspect(action, createMemoryHost({ live: false }).host).state, 'same');
});
