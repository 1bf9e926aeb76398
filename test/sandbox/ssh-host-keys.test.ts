// Host keys with the real ssh-keygen and sshd: clones have none in common, a known instance keeps its own, given keys are used as they
// are, and a guest whose new keys cannot be made keeps the old ones.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runTool } from '../support/command.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const types = ['rsa', 'ecdsa', 'ed25519'] as const;
const minimalTree = {
  'ec2/latest/meta-data.json': '{"instance-id": "i-00000007", "local-ipv4": "10.0.0.5"}',
};

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-host-keys-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Public halves by type, as sshd has them. */
function readPublic(box: Sandbox): (string | undefined)[] {
  return types.map((type) => box.readFileIfAny(`/etc/ssh/ssh_host_${type}_key.pub`)?.split(' ')[1]);
}

async function runOnce(box: Sandbox, ...words: string[]) {
  const run = await box.run(['guest-init', 'run', ...words], { timeoutMs: 60_000 });
  return { status: run.status, said: run.stdout + run.stderr };
}

/** sshd takes the keys, each private half fits its public one, and nobody else can read it. */
async function assertSound(box: Sandbox): Promise<void> {
  await box.exec(['mkdir', '-p', '/run/sshd']);
  const { status, stderr } = await box.run(['/usr/sbin/sshd', '-t']);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  for (const type of types) {
    const path = `/etc/ssh/ssh_host_${type}_key`;
    const stat = box.stat(path);
    if (stat === undefined) continue;
    assert.deepEqual([(stat.mode & 0o777).toString(8), stat.uid, stat.gid], ['600', 0, 0], path);
    const derived = (await box.exec(['ssh-keygen', '-y', '-f', path])).split(' ')[1];
    assert.equal(derived?.trim(), box.readFile(`${path}.pub`).split(' ')[1]?.trim(), path);
  }
  assert.deepEqual(
    (await box.exec(['sh', '-c', 'ls -A /etc/ssh'])).split('\n').filter((name) => name.startsWith('.')),
    [],
  );
}

describe('host keys', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('two clones of an image have none in common with it or each other, and keep their own', async () => {
    const seen: (string | undefined)[] = [];
    for (const tree of [minimalTree, userDataTree('#cloud-config\nssh_pwauth: false\n')]) {
      await withSandbox(describeSandbox({ tree }), async (box) => {
        if (seen.length === 0) seen.push(...readPublic(box));
        const first = await runOnce(box);
        assert.equal(first.status, 0, first.said);
        const keys = readPublic(box);
        for (const key of keys) assert.ok(key !== undefined && first.said.includes('host key '), first.said);
        seen.push(...keys);
        await assertSound(box);
        const forced = await runOnce(box, '--force');
        assert.match(forced.said, /= ssh\/host_keys/);
        assert.deepEqual(readPublic(box), keys);
      });
    }
    assert.equal(seen.length, 9);
    assert.equal(new Set(seen).size, 9, 'a key is on two machines');
  });

  it('those of the image stay when user_data says so, and nothing is told on the console', async () => {
    const text = '#cloud-config\nssh_deletekeys: false\nssh: {emit_keys_to_console: false}\n';
    await withSandbox(describeSandbox({ tree: userDataTree(text) }), async (box) => {
      const before = readPublic(box);
      const run = await runOnce(box);
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readPublic(box), before);
      assert.doesNotMatch(run.said, /host key /);
    });
  });

  it('given ones are the only ones, with a certificate that sshd shows', async () => {
    const [key, authority] = [join(folder, 'key'), join(folder, 'ca')];
    for (const path of [key, authority])
      runTool(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'web-1', '-f', path]);
    runTool(['ssh-keygen', '-q', '-s', authority, '-I', 'web-1', '-h', '-n', 'web-1', `${key}.pub`]);
    const indent = (path: string): string => readFileSync(path, 'utf8').replace(/^/gm, '    ').trimEnd();
    const text = [
      '#cloud-config',
      'ssh_keys:',
      '  ed25519_private: |',
      indent(key),
      '  ed25519_public: |',
      indent(`${key}.pub`),
      '  ed25519_certificate: |',
      indent(`${key}-cert.pub`),
    ];
    await withSandbox(describeSandbox({ tree: userDataTree(`${text.join('\n')}\n`) }), async (box) => {
      const run = await runOnce(box);
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readPublic(box), [undefined, undefined, readFileSync(`${key}.pub`, 'utf8').split(' ')[1]]);
      await assertSound(box);
      assert.match(
        await box.exec(['/usr/sbin/sshd', '-T']),
        /^hostcertificate \/etc\/ssh\/ssh_host_ed25519_key-cert\.pub$/m,
      );
      const body = readFileSync(key, 'utf8').split('\n')[2] ?? '';
      for (const path of ['/var/log/guest-init.log', '/var/lib/guest-init/state.json'])
        assert.ok(!box.readFile(path).includes(body), path);
      assert.match((await runOnce(box, '--force')).said, /= ssh\/host_keys/);
    });
  });

  it('a key with a passphrase is refused, and one is made in its place', async () => {
    const path = join(folder, 'locked');
    runTool(['ssh-keygen', '-q', '-t', 'ecdsa', '-N', 'sesame', '-f', path]);
    const text = `#cloud-config\nssh_keys:\n  ecdsa_private: |\n${readFileSync(path, 'utf8').replace(/^/gm, '    ').trimEnd()}\n`;
    await withSandbox(describeSandbox({ tree: userDataTree(text) }), async (box) => {
      const before = readPublic(box);
      const run = await runOnce(box);
      assert.equal(run.status, 2, run.said);
      assert.match(run.said, /x ssh\/host_keys .*ecdsa_private: no private key without passphrase/);
      const [rsa, ecdsa] = readPublic(box);
      assert.equal(rsa, undefined);
      assert.ok(ecdsa !== undefined && !before.includes(ecdsa));
      await assertSound(box);
    });
  });

  it('stay whole when the new ones cannot be made, until a run that can', async () => {
    const tree = userDataTree('#cloud-config\nssh_quiet_keygen: true\n');
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const before = readPublic(box);
      box.shim('ssh-keygen', 'echo "No space left on device" >&2; exit 1');
      const run = await runOnce(box);
      assert.equal(run.status, 2, run.said);
      assert.match(run.said, /x ssh\/host_keys .*the old ones stay: rsa: ssh-keygen exited 1: No space left/);
      assert.deepEqual(readPublic(box), before);
      box.shim('ssh-keygen', 'exec "$REAL" "$@"');
      assert.equal((await runOnce(box, '--force')).status, 0);
      for (const key of readPublic(box)) assert.ok(key !== undefined && !before.includes(key));
    });
  });
});
