import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequireAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { require } from './require.ts';

const action: RequireAction = { kind: 'require', program: 'chronyd', purpose: 'a time client', packages: ['chrony'] };
const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };

test('a program that is there, by name or by path', () => {
  const { host } = createMemoryHost({
    files: { '/opt/x': '' },
    which: (name) => (name === 'chronyd' ? '/usr/sbin/chronyd' : undefined),
  });
  assert.equal(require.inspect(action, host).state, 'same');
  assert.equal(require.inspect({ ...action, program: '/opt/x' }, host).state, 'same');
  assert.equal(require.inspect({ ...action, program: '/opt/y' }, host).state, 'differs');
});

test('a program that is not there is a failure that names the package', () => {
  const { host } = createMemoryHost({ which: () => undefined });
  assert.equal(require.inspect(action, host).state, 'differs');
  assert.throws(() => require.apply(action, host, context), {
    message: 'chronyd, a time client, is not installed (package chrony)',
    hint: 'install it in the image, or by user_data: packages: [chrony]',
  });
});
