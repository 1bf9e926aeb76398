import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { GivenHostKey, HostKeysAction } from '../core/action.ts';
import { SecretData } from '../core/secret.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { hostKeys } from './host-keys.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 'ssh/host_keys' };
const types = ['rsa', 'ecdsa', 'ed25519'] as const;
const action: HostKeysAction = { kind: 'hostKeys', types, replaceFor: ['u-1', 'i-1'] };
const image = {
  '/etc/ssh/sshd_config': {},
  '/etc/ssh/ssh_host_dsa_key': 'old',
  '/etc/ssh/ssh_host_dsa_key.pub': 'old',
  '/etc/ssh/ssh_host_rsa_key': { content: 'old', mode: 0o600 },
  '/etc/ssh/ssh_host_rsa_key.pub': 'old',
  '/etc/ssh/ssh_host_rsa_key-cert.pub': 'old',
  '/var/lib': { kind: 'directory' },
} as const;

/** A guest whose ssh-keygen makes and reads keys of the form `TYPE WORD`. */
function makeGuest(given: { files?: Record<string, MemoryFile>; fails?: RegExp } = {}) {
  let count = 0;
  const guest = createMemoryHost({
    files: given.files ?? image,
    run: (argv) => {
      if (argv[0] !== 'ssh-keygen') return {};
      if (given.fails?.test(argv.join(' '))) return { status: 1, stderr: 'No space left on device\n' };
      const path = argv[argv.indexOf('-f') + 1] ?? '';
      if (argv.includes('-y')) {
        const [, type = '', word = ''] = /KEY (\S+) (\S+)/.exec(guest.host.readText(path) ?? '') ?? [];
        return word === '' ? { status: 255, stderr: 'error in libcrypto\n' } : { stdout: `ssh-${type} ${word}\n` };
      }
      if (argv.includes('-L')) return { stdout: guest.host.readText(path) ?? '' };
      assert.equal(guest.files.has(path), false, 'ssh-keygen would ask whether to overwrite');
      count += 1;
      const type = argv[argv.indexOf('-t') + 1] ?? '';
      const write = (name: string, content: string) =>
        guest.host.writeFile(name, content, { mode: 0o600, uid: 0, gid: 0 });
      write(path, `KEY ${type} new${count}\n`);
      write(`${path}.pub`, `ssh-${type} new${count} root@x\n`);
      return {};
    },
  });
  return { ...guest, listSsh: () => guest.host.list('/etc/ssh').filter((name) => name !== 'sshd_config') };
}

function give(key: Partial<GivenHostKey>): HostKeysAction {
  const whole = { type: 'ed25519', privateKey: 'KEY ed25519 AAAA', ...key } as const;
  return { ...action, given: new SecretData([whole]) };
}

const pairs = types.flatMap((type) => [`ssh_host_${type}_key`, `ssh_host_${type}_key.pub`]).sort();

describe('host keys of a new instance', () => {
  it('take the place of all that the image has, once', async () => {
    const { host, files, listSsh } = makeGuest();
    assert.equal(hostKeys.inspect(action, host).state, 'differs');
    const applied = await hostKeys.apply(action, host, context);
    assert.deepEqual(listSsh(), pairs);
    assert.deepEqual(applied?.made?.map(({ path }) => path.split('/').at(-1)).sort(), pairs);
    assert.equal(host.readText('/etc/ssh/ssh_host_rsa_key'), 'KEY rsa new1\n');
    assert.equal(files.get('/etc/ssh/ssh_host_rsa_key')?.mode, 0o600);
    assert.equal(files.get('/etc/ssh/ssh_host_rsa_key.pub')?.mode, 0o644);
    assert.equal(hostKeys.inspect(action, host).state, 'same');
    // By either name of the instance.
    assert.equal(hostKeys.inspect({ ...action, replaceFor: ['i-1'] }, host).state, 'same');
    assert.equal(hostKeys.inspect({ ...action, replaceFor: ['u-2'] }, host).state, 'differs');
  });

  it('stay when the new ones cannot be made, and nothing is left behind', () => {
    const { host, listSsh } = makeGuest({ fails: /ssh-keygen/ });
    const before = listSsh();
    assert.throws(() => hostKeys.apply(action, host, context), /the old ones stay: rsa: ssh-keygen exited 1: No space/);
    assert.deepEqual(listSsh(), before);
    assert.equal(host.readText('/etc/ssh/ssh_host_rsa_key'), 'old');
    assert.equal(hostKeys.inspect(action, host).state, 'differs');
  });

  it('are those that could be made, and the missing type is told', async () => {
    const { host, listSsh } = makeGuest({ fails: /-t ed25519/ });
    const applied = await hostKeys.apply(action, host, context);
    assert.match(applied?.failed ?? '', /^ed25519: ssh-keygen exited 1/);
    assert.deepEqual(
      listSsh(),
      pairs.filter((name) => !name.includes('ed25519')),
    );
  });

  it('are made over what a killed run left', async () => {
    const { host, listSsh } = makeGuest({ files: { ...image, '/etc/ssh/.guest-init-host-key-rsa': 'half' } });
    await hostKeys.apply(action, host, context);
    assert.deepEqual(listSsh(), pairs);
  });

  it('may be read by the group of ssh-keysign where the plan says so', async () => {
    const { host, files } = makeGuest({ files: { ...image, '/etc/group': 'ssh_keys:x:998:\n' } });
    await hostKeys.apply({ ...action, group: 'ssh_keys' }, host, context);
    const { mode, gid } = files.get('/etc/ssh/ssh_host_rsa_key') ?? {};
    assert.deepEqual([mode, gid], [0o640, 998]);
  });

  it('are told to an sshd that runs', async () => {
    const running = {
      '/run/sshd.pid': '1',
      '/run/systemd/system': { kind: 'directory' },
      '/lib/systemd/system/ssh.service': '',
    } as const;
    const { host, commands } = makeGuest({ files: { ...image, ...running } });
    await hostKeys.apply(action, host, context);
    assert.deepEqual(commands.at(-1)?.argv, ['systemctl', '--no-block', 'try-reload-or-restart', 'ssh.service']);
  });
});

describe('host keys of a known instance', () => {
  const { replaceFor: _, ...keeping } = action;

  it('stay without ssh_deletekeys; types that are missing are made', async () => {
    const { host, listSsh } = makeGuest();
    assert.deepEqual(hostKeys.inspect(keeping, host), {
      state: 'differs',
      changes: [
        { op: '+', what: '/etc/ssh/ssh_host_ecdsa_key' },
        { op: '+', what: '/etc/ssh/ssh_host_ed25519_key' },
      ],
    });
    await hostKeys.apply(keeping, host, context);
    assert.equal(host.readText('/etc/ssh/ssh_host_rsa_key'), 'old');
    assert.equal(listSsh().length, 9);
    assert.equal(hostKeys.inspect(keeping, host).state, 'same');
  });

  it('are made again only when none is left', async () => {
    const { host } = makeGuest({ files: { ...image, '/var/lib/guest-init/host-keys': 'u-1\n' } });
    assert.equal(hostKeys.inspect(action, host).state, 'same');
    for (const name of ['rsa', 'dsa']) host.remove(`/etc/ssh/ssh_host_${name}_key`);
    assert.equal(hostKeys.inspect(action, host).state, 'differs');
    await hostKeys.apply(action, host, context);
    assert.equal(hostKeys.inspect(action, host).state, 'same');
  });
});

describe('host keys that are given', () => {
  it('are the only ones then, with the public half that belongs to them', async () => {
    const { host, listSsh } = makeGuest();
    const applied = await hostKeys.apply(give({}), host, context);
    assert.equal(applied?.failed, undefined);
    assert.deepEqual(listSsh(), ['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub']);
    assert.equal(host.readText('/etc/ssh/ssh_host_ed25519_key.pub'), 'ssh-ed25519 AAAA\n');
    assert.equal(hostKeys.inspect(give({}), host).state, 'same');
    assert.equal(hostKeys.inspect(give({ privateKey: 'KEY ed25519 BBBB' }), host).state, 'differs');
  });

  const faults: readonly [name: string, key: Partial<GivenHostKey>, told: RegExp][] = [
    ['that cannot be read', { privateKey: 'nonsense' }, /^ssh_keys: ed25519_private: no private key/],
    ['of another type', { privateKey: 'KEY rsa AAAA' }, /ed25519_private: a key of another type \(ssh-rsa\)/],
    ['whose public half is another', { publicKey: 'ssh-ed25519 BBBB x' }, /ed25519_public: not the public half/],
    ['with no certificate', { certificate: 'x' }, /ed25519_certificate: no certificate of a host/],
    [
      'with the certificate of another',
      { certificate: 'Type: x host certificate\nSHA256:x' },
      /not one of the private/,
    ],
  ];
  for (const [name, key, told] of faults) {
    it(`${name}: one is made in its place, and that is a failure`, async () => {
      const { host, listSsh } = makeGuest();
      const applied = await hostKeys.apply(give(key), host, context);
      assert.match(applied?.failed ?? '', told);
      assert.doesNotMatch(applied?.failed ?? '', /AAAA|nonsense/);
      assert.deepEqual(listSsh(), ['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub']);
      assert.equal(host.readText('/etc/ssh/ssh_host_ed25519_key'), 'KEY ed25519 new1\n');
      // The same instance asked again: what has been made stays.
      assert.throws(() => hostKeys.apply(give(key), host, context), /the old ones stay/);
      assert.equal(host.readText('/etc/ssh/ssh_host_ed25519_key'), 'KEY ed25519 new1\n');
    });
  }

  it('come with the certificate of their own', async () => {
    const fingerprint = createHash('sha256').update(Buffer.from('AAAA', 'base64')).digest('base64').replace(/=+$/, '');
    const certificate = `Type: x host certificate\nPublic key: ED25519-CERT SHA256:${fingerprint}\nend`;
    const { host, listSsh } = makeGuest();
    const applied = await hostKeys.apply(give({ certificate }), host, context);
    assert.equal(applied?.failed, undefined);
    assert.ok(listSsh().includes('ssh_host_ed25519_key-cert.pub'));
  });
});
