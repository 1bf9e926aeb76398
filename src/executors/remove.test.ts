import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../host/crypto.ts';
import { createMemoryHost } from '../host/memory.ts';
import { remove } from './remove.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const action = { kind: 'remove', path: '/etc/x', sha256: sha256(Buffer.from('ours\n')) } as const;

test('a file of ours goes', () => {
  const { host } = createMemoryHost({ files: { '/etc/x': 'ours\n' } });
  assert.deepEqual(remove.inspect(action, host), { state: 'differs', changes: [{ op: '-', what: '/etc/x' }] });
  assert.deepEqual(remove.apply(action, host, context), { forgotten: ['/etc/x'] });
  assert.equal(host.stat('/etc/x'), undefined);
  assert.equal(remove.inspect(action, host).state, 'same');
});

test('a file that somebody has changed stays, and is no longer ours', () => {
  const { host } = createMemoryHost({ files: { '/etc/x': 'ours\nand theirs\n' } });
  assert.deepEqual(remove.apply(action, host, context), {
    forgotten: ['/etc/x'],
    message: '/etc/x was changed since; left as it is',
  });
  assert.equal(host.readText('/etc/x'), 'ours\nand theirs\n');
});
