import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { temporaryPrefix, writeFileAtomically, writeSymlinkAtomically } from './atomic-write.ts';

let folder = '';
const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const isRoot = own.uid === 0;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-write-'));
});
afterEach(() => {
  restore();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Puts `body` in place of a function of node:fs for the code under test too, which imports it by name. */
function replace<Name extends 'openSync' | 'writeFileSync' | 'fchownSync' | 'fchmodSync' | 'fsyncSync' | 'renameSync'>(
  name: Name,
  body: (original: (typeof fs)[Name], given: unknown[]) => unknown,
): void {
  const original = fs[name];
  mock.method(fs, name, ((...given: unknown[]) => body(original, given)) as never);
  syncBuiltinESMExports();
}

function restore(): void {
  mock.restoreAll();
  syncBuiltinESMExports();
}

const at = (name: string): string => join(folder, name);
const read = (name: string): string => fs.readFileSync(at(name), 'utf8');

test('a file is made and replaced, with its mode whatever the umask is', () => {
  const before = process.umask(0o077);
  try {
    writeFileAtomically(at('a'), 'one', { mode: 0o644, ...own });
    assert.equal(fs.statSync(at('a')).mode & 0o7777, 0o644);
    writeFileAtomically(at('a'), Uint8Array.of(0, 255), { mode: 0o4755, ...own });
    assert.equal(fs.statSync(at('a')).mode & 0o7777, 0o4755);
  } finally {
    process.umask(before);
  }
  assert.deepEqual([...fs.readFileSync(at('a'))], [0, 255]);
  assert.deepEqual(fs.readdirSync(folder), ['a']);
});

type Sight = { call: string; mode: number | undefined; uid: number | undefined; text: string | undefined };

/** What a neighbour sees of a name after each system call that could make it visible or change it. */
function watch(name: string): Sight[] {
  const seen: Sight[] = [];
  for (const call of ['openSync', 'writeFileSync', 'fchownSync', 'fchmodSync', 'fsyncSync', 'renameSync'] as const) {
    replace(call, (original, given) => {
      const result = (original as (...given: unknown[]) => unknown)(...given);
      const stat = fs.lstatSync(at(name), { throwIfNoEntry: false });
      const text = stat === undefined ? undefined : fs.readFileSync(at(name), 'utf8');
      seen.push({ call, mode: stat && stat.mode & 0o7777, uid: stat?.uid, text });
      return result;
    });
  }
  return seen;
}

test('at its first moment under its name the file is whole, and has its mode and owner', () => {
  const seen = watch('a');
  const owner = isRoot ? { uid: 4711, gid: 4712 } : own;
  writeFileAtomically(at('a'), 'content', { mode: 0o440, ...owner });
  restore();
  const first = seen.find(({ text }) => text !== undefined);
  assert.deepEqual([first?.call, first?.mode, first?.uid, first?.text], ['renameSync', 0o440, owner.uid, 'content']);
  assert.ok(seen.length >= 5, 'the calls were seen');
  const stat = fs.statSync(at('a'));
  assert.deepEqual([stat.uid, stat.gid], [owner.uid, owner.gid]);
});

test('a secret file is never readable for others under any name', () => {
  const modes: number[] = [];
  replace('fchmodSync', (original, [file, mode]) => {
    modes.push(fs.fstatSync(file as number).mode & 0o077);
    original(file as number, mode as number);
  });
  writeFileAtomically(at('a'), 'secret', { mode: 0o600, ...own });
  assert.deepEqual(modes, [0]);
  assert.equal(fs.statSync(at('a')).mode & 0o777, 0o600);
});

test('content reaches the disk before the name does', () => {
  const seen = watch('a');
  writeFileAtomically(at('a'), 'content', { mode: 0o644, ...own });
  restore();
  const calls = seen.map(({ call }) => call);
  assert.ok(calls.indexOf('fsyncSync') < calls.indexOf('renameSync'), calls.join(' '));
  assert.ok(calls.lastIndexOf('fsyncSync') > calls.indexOf('renameSync'), calls.join(' '));
});

for (const call of ['writeFileSync', 'fchmodSync', 'fsyncSync', 'renameSync'] as const) {
  test(`when ${call} fails the old file is intact and nothing is left beside it`, () => {
    fs.writeFileSync(at('a'), 'old');
    replace(call, () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
    assert.throws(() => writeFileAtomically(at('a'), 'new', { mode: 0o644, ...own }), { code: 'ENOSPC' });
    restore();
    assert.equal(read('a'), 'old');
    assert.deepEqual(fs.readdirSync(folder), ['a']);
  });
}

test('a symbolic link is replaced, not followed', () => {
  fs.writeFileSync(at('victim'), 'kept');
  fs.symlinkSync('victim', at('a'));
  writeFileAtomically(at('a'), 'new', { mode: 0o644, ...own });
  assert.ok(fs.lstatSync(at('a')).isFile());
  assert.deepEqual([read('a'), read('victim')], ['new', 'kept']);
});

test('a hard link keeps its other name as it was', () => {
  fs.writeFileSync(at('other'), 'kept');
  fs.linkSync(at('other'), at('a'));
  writeFileAtomically(at('a'), 'new', { mode: 0o644, ...own });
  assert.deepEqual([read('a'), read('other')], ['new', 'kept']);
});

test('a folder that is swapped for a link while a file is written gets nothing', () => {
  for (const name of ['inside', 'elsewhere']) fs.mkdirSync(at(name));
  replace('fsyncSync', (original, [file]) => {
    original(file as number);
    if (fs.lstatSync(at('inside')).isSymbolicLink()) return;
    fs.renameSync(at('inside'), at('moved'));
    fs.symlinkSync('elsewhere', at('inside'));
  });
  writeFileAtomically(at('inside/a'), 'new', { mode: 0o644, ...own });
  restore();
  assert.ok(fs.lstatSync(at('inside')).isSymbolicLink(), 'the swap took place');
  assert.deepEqual(fs.readdirSync(at('elsewhere')), []);
  assert.equal(read('moved/a'), 'new');
});

test('a folder in the way and a missing folder are errors', () => {
  fs.mkdirSync(at('a'));
  assert.throws(() => writeFileAtomically(at('a'), 'x', { mode: 0o644, ...own }), { code: 'EISDIR' });
  assert.throws(() => writeFileAtomically(at('b/c'), 'x', { mode: 0o644, ...own }), { code: 'ENOENT' });
  assert.deepEqual(fs.readdirSync(folder), ['a']);
});

test('a file under our temporary name is not written to', () => {
  mock.method(process.hrtime, 'bigint', () => 1n);
  fs.symlinkSync('victim', at(`${temporaryPrefix}${process.pid}-1`));
  assert.throws(() => writeFileAtomically(at('a'), 'x', { mode: 0o644, ...own }), { code: 'EEXIST' });
  assert.ok(!fs.existsSync(at('victim')));
});

test('a link replaces a file or link, and not a folder', () => {
  fs.writeFileSync(at('a'), 'old');
  writeSymlinkAtomically(at('a'), '/target');
  assert.equal(fs.readlinkSync(at('a')), '/target');
  writeSymlinkAtomically(at('a'), '/other');
  assert.equal(fs.readlinkSync(at('a')), '/other');
  fs.mkdirSync(at('b'));
  assert.throws(() => writeSymlinkAtomically(at('b'), '/x'));
  assert.deepEqual(fs.readdirSync(folder).sort(), ['a', 'b']);
});
