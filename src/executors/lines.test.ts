import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinesAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { lines } from './lines.ts';

const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/state',
  environment: {},
  stepId: 's',
};
const rule = { pattern: '^key=', line: 'key=new', add: 'end' } as const;
const act = (rules: LinesAction['rules'], more: Partial<LinesAction> = {}): LinesAction => ({
  kind: 'lines',
  path: '/etc/f',
  mode: 0o644,
  rules,
  ...more,
});

const cases: [name: string, before: string | undefined, rules: LinesAction['rules'], after: string][] = [
  ['replaces', 'a\nkey=old\nb\n', [rule], 'a\nkey=new\nb\n'],
  ['replaces the first and drops the others', 'key=1\na\nkey=2\nkey=3\n', [rule], 'key=new\na\n'],
  ['adds at the end', 'a\n', [rule], 'a\nkey=new\n'],
  ['adds at the end of a file without its last newline', 'a', [rule], 'a\nkey=new\n'],
  ['adds at the top', 'a\n', [{ ...rule, add: 'top' }], 'key=new\na\n'],
  ['removes', 'a\nkey=1\nb\nkey=2\n', [{ pattern: '^key=', add: 'end' }], 'a\nb\n'],
  ['removes the last line there is', 'key=1\n', [{ pattern: '^key=', add: 'end' }], ''],
  ['adds where nothing says the same', 'a\n', [{ ...rule, keep: true }], 'a\nkey=new\n'],
  ['makes the file', undefined, [rule], 'key=new\n'],
  ['fills an empty file', '', [rule], 'key=new\n'],
  ['keeps blank lines', '\n\na\n\n', [rule], '\n\na\n\nkey=new\n'],
  ['applies rule after rule', 'a\n', [rule, { pattern: '^a$', line: 'b', add: 'end' }], 'b\nkey=new\n'],
  ['a dollar in the line is a dollar', 'key=1\n', [{ ...rule, line: 'key=$&$1' }], 'key=$&$1\n'],
];
for (const [name, before, rules, after] of cases) {
  test(name, () => {
    const { host, files } = createMemoryHost({ files: before === undefined ? { '/etc/x': '' } : { '/etc/f': before } });
    assert.equal(lines.inspect(act(rules), host).state, 'differs');
    lines.apply(act(rules), host, context);
    assert.equal(Buffer.from(files.get('/etc/f')?.content ?? []).toString(), after);
    assert.equal(lines.inspect(act(rules), host).state, 'same', 'a second look');
    assert.equal(lines.apply(act(rules), host, context), undefined, 'a second run');
  });
}

for (const [name, content] of [
  ['nothing to replace', 'key=new\na'],
  ['nothing to remove', 'a\r\nb'],
] as const) {
  test(`${name}: the file is left as it is, to the byte`, () => {
    const { host, files } = createMemoryHost({ files: { '/etc/f': content } });
    const rules = name === 'nothing to remove' ? [{ pattern: '^key=', add: 'end' } as const] : [rule];
    assert.equal(lines.inspect(act(rules), host).state, 'same');
    lines.apply(act(rules), host, context);
    assert.equal(Buffer.from(files.get('/etc/f')?.content ?? []).toString(), content);
  });
}

test('the file keeps its owner and mode', () => {
  const { host, files } = createMemoryHost({ files: { '/etc/f': { content: 'a\n', mode: 0o640, uid: 7, gid: 8 } } });
  lines.apply(act([rule]), host, context);
  const { mode, uid, gid } = files.get('/etc/f') ?? {};
  assert.deepEqual([mode, uid, gid], [0o640, 7, 8]);
});

test('a link becomes a file with the mode asked for', () => {
  const { host, files } = createMemoryHost({ files: { '/etc/f': { target: '/etc/real' }, '/etc/real': 'a\n' } });
  lines.apply(act([rule]), host, context);
  const { kind, mode } = files.get('/etc/f') ?? {};
  assert.deepEqual(
    [kind, mode, Buffer.from(files.get('/etc/f')?.content ?? []).toString()],
    ['file', 0o644, 'a\nkey=new\n'],
  );
});

test('bytes that are not UTF-8 in the lines of others survive', () => {
  const content = Buffer.from([0x23, 0xe9, 0xff, 0x0a]);
  const { host, files } = createMemoryHost({ files: { '/etc/f': { content } } });
  lines.apply(act([{ ...rule, line: 'key=é' }]), host, context);
  assert.deepEqual(Buffer.from(files.get('/etc/f')?.content ?? []), Buffer.concat([content, Buffer.from('key=é\n')]));
});

test('the diff, and none for what not everybody may read', () => {
  const { host } = createMemoryHost({
    files: { '/etc/f': 'key=old\n', '/etc/p': { content: 'key=hunter2\n', mode: 0o600 } },
  });
  assert.deepEqual(lines.inspect(act([rule]), host), {
    state: 'differs',
    changes: [{ op: '~', what: '/etc/f', diff: ['-key=old', '+key=new'] }],
  });
  assert.deepEqual(lines.inspect(act([rule], { path: '/etc/p' }), host), {
    state: 'differs',
    changes: [{ op: '~', what: '/etc/p' }],
  });
});

test('a folder in the way', () => {
  const { host } = createMemoryHost({ files: { '/etc/f': { kind: 'directory' } } });
  assert.equal(lines.inspect(act([rule]), host).state, 'unknown');
  assert.throws(() => lines.apply(act([rule]), host, context), { message: '/etc/f: a folder is in the way' });
});

test('what sshd refuses is not written', () => {
  const { host, files } = createMemoryHost({
    files: { '/etc/f': 'a\n' },
    run: () => ({ status: 255, stderr: '/etc/.guest-init-check line 2: Bad configuration option: key=new' }),
  });
  assert.throws(
    () => lines.apply(act([rule], { check: 'sshd' }), host, context),
    /refused by sshd: its line 2: Bad configuration/,
  );
  assert.equal(Buffer.from(files.get('/etc/f')?.content ?? []).toString(), 'a\n');
});

test('a rule that keeps what says the same has nothing to do where something does', () => {
  const { host } = createMemoryHost({ files: { '/etc/f': 'key=1\na\nkey=2\n' } });
  assert.equal(lines.inspect(act([{ ...rule, keep: true }]), host).state, 'same');
});

test('a file that is missing begins as its model', () => {
  const model = { '/usr/share/f': 'a\nkey=old\n', '/etc/x': '' };
  const { host, files } = createMemoryHost({ files: model });
  lines.apply(act([rule], { model: '/usr/share/f' }), host, context);
  assert.equal(Buffer.from(files.get('/etc/f')?.content ?? []).toString(), 'a\nkey=new\n');
  const other = createMemoryHost({ files: { ...model, '/etc/f': 'b\n' } });
  lines.apply(act([rule], { model: '/usr/share/f' }), other.host, context);
  assert.equal(Buffer.from(other.files.get('/etc/f')?.content ?? []).toString(), 'b\nkey=new\n');
  const none = createMemoryHost({ files: { '/etc/x': '' } });
  lines.apply(act([rule], { model: '/usr/share/f' }), none.host, context);
  assert.equal(Buffer.from(none.files.get('/etc/f')?.content ?? []).toString(), 'key=new\n');
});
