import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotifyAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { notify } from './notify.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const action: NotifyAction = { kind: 'notify', argv: ['netplan', 'generate'], onChangeOf: ['a'] };

test('the tool is run by its path', () => {
  const { host, commands } = createMemoryHost({ which: (name) => `/usr/sbin/${name}` });
  assert.equal(notify.inspect(action, host).state, 'unknown');
  assert.equal(notify.apply(action, host, context), undefined);
  assert.deepEqual(
    commands.map(({ argv }) => argv),
    [['/usr/sbin/netplan', 'generate']],
  );
});

test('a service that does not run is not told', () => {
  const { host } = createMemoryHost({ files: { '/run/there': '' } });
  assert.equal(notify.inspect({ ...action, ifExists: '/run/absent' }, host).state, 'same');
  assert.equal(notify.inspect({ ...action, ifExists: '/run/there' }, host).state, 'unknown');
  assert.equal(notify.inspect(action, createMemoryHost({ live: false }).host).state, 'same');
});

test('its complaint is the failure', () => {
  const { host } = createMemoryHost({
    which: (name) => `/usr/sbin/${name}`,
    run: () => ({ status: 1, stderr: 'bad key\n' }),
  });
  assert.throws(() => notify.apply(action, host, context), /netplan generate.*bad key/);
  const absent = createMemoryHost({ which: () => undefined });
  assert.throws(() => notify.apply(action, absent.host, context), { message: 'netplan: command not found' });
});
