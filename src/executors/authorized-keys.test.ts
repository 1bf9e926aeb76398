import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthorizedKeysAction } from '../core/action.ts';
import { AgentError } from '../core/error.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { authorizedKeys } from './authorized-keys.ts';
import type { ApplyContext } from './executor.ts';

const path = '/home/ops/.ssh/authorized_keys';
const folder = '/home/ops/.ssh';
const mine = { uid: 1000, gid: 1000 };
const base: Record<string, MemoryFile> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/bash\n',
  '/home/ops': { kind: 'directory', mode: 0o700, ...mine },
};
const action: AuthorizedKeysAction = {
  kind: 'authorizedKeys',
  user: 'ops',
  block: 'metadata',
  keys: ['ssh-ed25519 AAAA a'],
};
const block = '# guest-init begin metadata\nssh-ed25519 AAAA a\n# guest-init end metadata\n';
const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/state', environment: {}, stepId: 'test' };

function applyTo(before: string | undefined, change: Partial<AuthorizedKeysAction> = {}): string | undefined {
  const present =
    before === undefined
      ? {}
      : { [folder]: { kind: 'directory', mode: 0o700, ...mine }, [path]: { content: before, mode: 0o600, ...mine } };
  const { host } = createMemoryHost({ files: { ...base, ...(present as Record<string, MemoryFile>) } });
  authorizedKeys.apply({ ...action, ...change }, host, context);
  return host.readText(path);
}

const results: [title: string, before: string | undefined, change: Partial<AuthorizedKeysAction>, after: string][] = [
  ['a new file', undefined, {}, block],
  ['keys of others stay', 'ssh-rsa BBBB theirs\n', {}, `ssh-rsa BBBB theirs\n${block}`],
  ['a last line without an end', 'ssh-rsa BBBB theirs', {}, `ssh-rsa BBBB theirs\n${block}`],
  [
    'the earlier block gives way in its place',
    `a\n${block}b\n`,
    { keys: ['new'] },
    'a\n# guest-init begin metadata\nnew\n# guest-init end metadata\nb\n',
  ],
  ['blocks of other names stay', block, { block: 'user-data' }, `${block}${block.replaceAll('metadata', 'user-data')}`],
  ['two blocks of one name become one', `${block}x\n${block}`, {}, `${block}x\n`],
  ['no keys: the block goes', `a\n${block}`, { keys: [] }, 'a\n'],
  ['a begin without an end hides nothing', '# guest-init begin metadata\ntheirs\n', {}, `theirs\n${block}`],
  ['all keys are there, put by somebody else', 'x\nssh-ed25519 AAAA a\n', {}, 'x\nssh-ed25519 AAAA a\n'],
  [
    'some of the keys are there, put by somebody else',
    'ssh-ed25519 AAAA a\n',
    { keys: [...action.keys, 'k2'] },
    'ssh-ed25519 AAAA a\n# guest-init begin metadata\nssh-ed25519 AAAA a\nk2\n# guest-init end metadata\n',
  ],
  [
    'a key that somebody else gave other options',
    'no-pty ssh-ed25519 AAAA a\n',
    {},
    `no-pty ssh-ed25519 AAAA a\n${block}`,
  ],
  [
    'options before each key',
    undefined,
    { options: 'restrict', keys: ['k1', 'k2'] },
    '# guest-init begin metadata\nrestrict k1\nrestrict k2\n# guest-init end metadata\n',
  ],
];

for (const [title, before, change, after] of results) {
  test(`authorized_keys: ${title}`, () => {
    assert.equal(applyTo(before, change), after);
    assert.equal(applyTo(after, change), after, 'a second time changes nothing');
  });
}

test('authorized_keys: folder and file belong to the user alone', () => {
  const { host } = createMemoryHost({ files: base });
  authorizedKeys.apply(action, host, context);
  assert.deepEqual(host.stat(folder), { kind: 'directory', mode: 0o700, size: 0, ...mine });
  assert.deepEqual(host.stat(path), { kind: 'file', mode: 0o600, size: block.length, ...mine });
  assert.deepEqual(authorizedKeys.inspect(action, host), { state: 'same' });
});

test('authorized_keys: a file that others may read is tightened', () => {
  const { host } = createMemoryHost({
    files: { ...base, [folder]: { kind: 'directory', ...mine }, [path]: { content: block, mode: 0o644, ...mine } },
  });
  assert.equal(authorizedKeys.inspect(action, host).state, 'differs');
  authorizedKeys.apply(action, host, context);
  assert.equal(host.stat(path)?.mode, 0o600);
});

test('authorized_keys: inspect shows the lines and changes nothing', () => {
  const memory = createMemoryHost({ files: base });
  const before = memory.files.size;
  assert.deepEqual(authorizedKeys.inspect(action, memory.host), {
    state: 'differs',
    changes: [
      {
        op: '+',
        what: path,
        diff: block
          .trim()
          .split('\n')
          .map((line) => `+${line}`),
      },
    ],
  });
  assert.equal(memory.files.size, before);
});

test('authorized_keys: a user to be made by an earlier step', () => {
  const { host } = createMemoryHost({ files: { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n' } });
  assert.equal(authorizedKeys.inspect(action, host).state, 'differs');
  assert.throws(() => authorizedKeys.apply(action, host, context), /user ops does not exist/);
});

test('authorized_keys: a home that is not there', () => {
  const { host } = createMemoryHost({ files: { '/etc/passwd': 'ops:x:1000:1000::/home/ops:/bin/sh\n' } });
  assert.throws(() => authorizedKeys.apply(action, host, context), /\/home\/ops: the home of ops does not exist/);
});

const traps: [title: string, files: Record<string, MemoryFile>, message: RegExp][] = [
  [
    '~/.ssh is a link',
    { [folder]: { target: '/root/.ssh' }, '/root/.ssh': { kind: 'directory' } },
    /\/\.ssh: is a symbolic link, which is not followed/,
  ],
  ['~/.ssh is a file', { [folder]: { content: '', ...mine } }, /\.ssh/],
  [
    '~/.ssh belongs to another user',
    { [folder]: { kind: 'directory', uid: 1001, gid: 1001 } },
    /belongs to uid 1001, not to ops/,
  ],
  [
    'authorized_keys is a link',
    { [folder]: { kind: 'directory', ...mine }, [path]: { target: '/etc/shadow' }, '/etc/shadow': 'root:secret:' },
    /authorized_keys: is a symbolic link, which is not followed/,
  ],
  [
    'authorized_keys is a FIFO',
    { [folder]: { kind: 'directory', ...mine }, [path]: { kind: 'other', ...mine } },
    /authorized_keys: is not a file/,
  ],
  [
    'authorized_keys is a folder',
    { [folder]: { kind: 'directory', ...mine }, [path]: { kind: 'directory', ...mine } },
    /authorized_keys: is not a file/,
  ],
];

for (const [title, files, message] of traps) {
  test(`authorized_keys: refused: ${title}`, () => {
    const memory = createMemoryHost({ files: { ...base, ...files } });
    const before = JSON.stringify([...memory.files]);
    assert.equal(authorizedKeys.inspect(action, memory.host).state, 'unknown');
    assert.throws(
      () => authorizedKeys.apply(action, memory.host, context),
      (error) => error instanceof AgentError && message.test(error.message),
    );
    assert.equal(JSON.stringify([...memory.files]), before, 'something was written');
  });
}
