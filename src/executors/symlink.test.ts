import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SymlinkAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { symlink } from './symlink.ts';

const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/state',
  environment: {},
  stepId: 's',
};
const action: SymlinkAction = {
  kind: 'symlink',
  path: '/etc/localtime',
  target: '/usr/share/zoneinfo/UTC',
  mustExist: true,
};
const zone = { '/usr/share/zoneinfo/UTC': 'TZif' };

for (const [name, present] of [
  ['nothing', {}],
  ['a file', { '/etc/localtime': 'TZif' }],
  ['another link', { '/etc/localtime': { target: '/x' } }],
] as const) {
  test(`in place of ${name}`, () => {
    const { host, files } = createMemoryHost({ files: { '/etc/x': '', ...zone, ...present } });
    assert.equal(symlink.inspect(action, host).state, 'differs');
    assert.deepEqual(symlink.apply(action, host, context), { made: [{ path: '/etc/localtime' }] });
    assert.equal(files.get('/etc/localtime')?.target, action.target);
    assert.deepEqual(symlink.inspect(action, host), { state: 'same' });
  });
}

test('a target that must exist and does not', () => {
  const { host, files } = createMemoryHost({ files: { '/etc/localtime': 'TZif' } });
  assert.throws(() => symlink.apply(action, host, context), {
    message: '/etc/localtime: /usr/share/zoneinfo/UTC does not exist on this guest',
  });
  assert.equal(files.get('/etc/localtime')?.kind, 'file');
  assert.match(JSON.stringify(symlink.inspect(action, host)), /does not exist on this guest/);
});

test('a folder is no target that must exist', () => {
  const { host } = createMemoryHost({ files: { '/etc/x': '', '/usr/share/zoneinfo/UTC/x': '' } });
  assert.throws(() => symlink.apply(action, host, context), /does not exist on this guest/);
});

test('a relative target counts from the folder of the link', () => {
  const { host, files } = createMemoryHost({ files: { '/etc/x': '', ...zone } });
  symlink.apply({ ...action, target: '../usr/share/zoneinfo/UTC' }, host, context);
  assert.equal(files.get('/etc/localtime')?.target, '../usr/share/zoneinfo/UTC');
});

test('a link may dangle when nobody objects, and its folders are made', () => {
  const { host, files } = createMemoryHost();
  symlink.apply({ kind: 'symlink', path: '/a/b/c', target: '/none' }, host, context);
  assert.deepEqual([files.get('/a/b')?.kind, files.get('/a/b/c')?.target], ['directory', '/none']);
});

test('a folder in the way', () => {
  const { host } = createMemoryHost({ files: { ...zone, '/etc/localtime': { kind: 'directory' } } });
  assert.throws(() => symlink.apply(action, host, context), { message: '/etc/localtime: a folder is in the way' });
});
