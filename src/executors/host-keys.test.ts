import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryHost } from '../host/memory.ts';
import { hostKeys } from './host-keys.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 'ssh/host_keys' };
const action = { kind: 'hostKeys' } as const;

test('ssh-keygen makes the keys where sshd has none, and they are recorded', async () => {
  const { host, files } = createMemoryHost({
    files: { '/etc/ssh/sshd_config': {} },
    run: (argv) => {
      assert.deepEqual(argv, ['ssh-keygen', '-A']);
      for (const name of ['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub']) {
        files.set(`/etc/ssh/${name}`, { kind: 'file', content: new Uint8Array(), mode: 0o600, uid: 0, gid: 0 });
      }
      return { status: 0 };
    },
  });
  assert.equal(hostKeys.inspect(action, host).state, 'differs');
  const applied = await hostKeys.apply(action, host, context);
  assert.deepEqual(
    applied?.made?.map(({ path }) => path),
    ['/etc/ssh/ssh_host_ed25519_key', '/etc/ssh/ssh_host_ed25519_key.pub'],
  );
  assert.equal(hostKeys.inspect(action, host).state, 'same');
});

test('a key that is there is kept, a public half alone is none', () => {
  const inspect = (name: string) =>
    hostKeys.inspect(action, createMemoryHost({ files: { [`/etc/ssh/${name}`]: {} } }).host).state;
  assert.equal(inspect('ssh_host_rsa_key'), 'same');
  assert.equal(inspect('ssh_host_rsa_key.pub'), 'differs');
});

test('a failure says what ssh-keygen said', () => {
  const { host } = createMemoryHost({
    files: { '/etc/ssh/sshd_config': {} },
    run: () => ({ status: 1, stderr: 'Could not save your private key: No space left on device\n' }),
  });
  assert.throws(() => hostKeys.apply(action, host, context), /no host keys: ssh-keygen exited 1: .*No space left/);
});
