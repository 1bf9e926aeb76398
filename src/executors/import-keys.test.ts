import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportKeysAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { importKeys } from './import-keys.ts';

const context = {
  commandTimeoutMs: 0,
  instanceDirectory: '',
  environment: {},
  stepId: 'ssh_import_id/ops/gh:octo-cat',
};
const action: ImportKeysAction = { kind: 'importKeys', user: 'ops', from: { site: 'github', name: 'octo-cat' } };
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const path = '/home/ops/.ssh/authorized_keys';

function makeGuest(body: string, status = 200) {
  const asked: string[] = [];
  const guest = createMemoryHost({
    files: {
      '/etc/passwd': 'ops:x:1000:1000::/home/ops:/bin/sh\n',
      [path]: { content: `${key.replace('OMqq', 'OMqr')} own\n`, mode: 0o600, uid: 1000, gid: 1000 },
    },
    fetch: async (url) => {
      asked.push(url);
      return { status, body: Buffer.from(body) };
    },
  });
  const folder = guest.files.get('/home/ops/.ssh');
  if (folder !== undefined) folder.uid = 1000;
  return { ...guest, asked };
}

test('keys come in a block of their own, once, and the others stay', async () => {
  const { host, asked } = makeGuest(`${key} octo\n`);
  assert.equal(importKeys.inspect(action, host).state, 'unknown');
  const first = await importKeys.apply(action, host, context);
  assert.deepEqual([first?.message, first?.idle], ['1 key', undefined]);
  assert.deepEqual(host.readText(path)?.split('\n').slice(1), [
    '# guest-init begin ssh_import_id gh:octo-cat',
    `${key} octo`,
    '# guest-init end ssh_import_id gh:octo-cat',
    '',
  ]);
  const again = await importKeys.apply(action, host, context);
  assert.deepEqual([again?.message, again?.idle], ['1 key, there already', true]);
  assert.deepEqual(asked, ['https://github.com/octo-cat.keys', 'https://github.com/octo-cat.keys']);
});

test('Launchpad has another address', async () => {
  const { host, asked } = makeGuest(key);
  await importKeys.apply({ ...action, from: { site: 'launchpad', name: 'a+b' } }, host, context);
  assert.deepEqual(asked, ['https://launchpad.net/~a%2Bb/+sshkeys']);
});

test('what is no plain public key is left out and counted', async () => {
  const lines = [`command="reboot" ${key}`, '<html>', `${key} octo`, 'ssh-rsa AAAA'];
  const { host } = makeGuest(lines.join('\r\n'));
  const applied = await importKeys.apply(action, host, context);
  assert.equal(applied?.message, '1 key, 3 lines are no public key');
  assert.doesNotMatch(host.readText(path) ?? '', /reboot|html|AAAA\n/);
});

const failures: readonly [name: string, body: string, status: number, told: RegExp][] = [
  ['nobody of that name', '', 404, /^gh:octo-cat: there is no such person$/],
  ['a redirect', '', 302, /^gh:octo-cat: answered 302$/],
  ['no keys', '\n', 200, /^gh:octo-cat has no usable key$/],
  ['a page', '<html>\n</html>\n', 200, /no usable key, 2 lines are no public key/],
  ['too many', Array.from({ length: 101 }, () => key).join('\n'), 200, /has 101 keys; at most 100/],
];
for (const [name, body, status, told] of failures) {
  test(`${name}: a failure that leaves the file alone`, async () => {
    const { host, files } = makeGuest(body, status);
    const before = files.get(path);
    await assert.rejects(async () => importKeys.apply(action, host, context), { message: told });
    assert.equal(files.get(path), before);
  });
}

test('a name server that needs a moment is asked again', { timeout: 20_000 }, async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let turns = 0;
  const { host } = makeGuest('');
  const answering = {
    ...host,
    fetch: async () => {
      turns += 1;
      if (turns === 1) throw new Error('github.com: no name server answers');
      return turns === 2 ? { status: 503, body: Buffer.from('') } : { status: 200, body: Buffer.from(key) };
    },
  };
  const applied = Promise.resolve(importKeys.apply(action, answering, context));
  let ended = false;
  void applied.finally(() => {
    ended = true;
  });
  while (!ended) {
    t.mock.timers.tick(2000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await applied)?.message, '1 key');
  assert.equal(turns, 3);
});

test('a URL gives a JSON list', async () => {
  const fromUrl: ImportKeysAction = { ...action, from: { site: 'url', url: 'https://keys.example/ops?token=t' } };
  const { host, asked } = makeGuest(JSON.stringify([{ id: 1, key: `${key} octo` }, { key: 'x' }, { id: 2 }, 5]));
  const applied = await importKeys.apply(fromUrl, host, context);
  assert.match(applied?.message ?? '', /^1 key, 3 lines are no public key/);
  assert.match(host.readText(path) ?? '', /begin coreos_ssh_import_url\nssh-ed25519 \S+ octo\n/);
  assert.deepEqual(asked, ['https://keys.example/ops?token=t']);
  for (const body of ['{}', 'ssh-ed25519 x', '']) {
    await assert.rejects(
      async () => importKeys.apply(fromUrl, makeGuest(body).host, context),
      /keys\.example: answered no JSON list of keys/,
    );
  }
});
