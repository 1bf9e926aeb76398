import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { writeFileAtomically } from './atomic-write.ts';
import { readTrustedFile } from './trusted-file.ts';
import { openTrustedFolder } from './trusted-folder.ts';
import { readUntrustedFile } from './untrusted-file.ts';

const isRoot = process.geteuid?.() === 0;
let folder = '';
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'guest-init-trusted-')));
  fs.mkdirSync(join(folder, 'there/below'), { recursive: true });
  fs.mkdirSync(join(folder, 'home'), { mode: 0o755 });
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Where the descriptor leads. */
function open(path: string): string {
  const descriptor = openTrustedFolder(path);
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  } finally {
    fs.closeSync(descriptor);
  }
}

test('a plain way is taken as it is', () => {
  assert.equal(open(join(folder, 'there/below')), join(folder, 'there/below'));
  assert.equal(open(join(folder, 'there/below/')), join(folder, 'there/below'));
});

test("links of root's are followed, to the root and beside", { skip: isRoot ? false : 'needs root' }, () => {
  fs.symlinkSync('there', join(folder, 'relative'));
  fs.symlinkSync(join(folder, 'relative/below'), join(folder, 'absolute'));
  fs.symlinkSync('../there', join(folder, 'home/up'));
  assert.equal(open(join(folder, 'relative/below')), join(folder, 'there/below'));
  assert.equal(open(join(folder, 'absolute')), join(folder, 'there/below'));
  assert.equal(open(join(folder, 'home/up/below')), join(folder, 'there/below'));
});

test('a link in a folder of somebody else is not, whoever owns the link', {
  skip: isRoot ? false : 'needs root',
}, () => {
  fs.symlinkSync(join(folder, 'there'), join(folder, 'home/link'));
  fs.chownSync(join(folder, 'home'), 1000, 1000);
  assert.throws(() => open(join(folder, 'home/link')), { code: 'ELOOP' });
  assert.throws(() => open(join(folder, 'home/link/below')), { code: 'ELOOP' });
  fs.chownSync(join(folder, 'home'), 0, 0);
  fs.chmodSync(join(folder, 'home'), 0o1777);
  assert.throws(() => open(join(folder, 'home/link')), { code: 'ELOOP' });
});

test('a file is read through links of root alone, and what is no file is not waited for', {
  skip: isRoot ? false : 'needs root',
}, () => {
  const file = join(folder, 'there/file');
  const text = (path: string): string => Buffer.from(readTrustedFile(path)).toString();
  fs.writeFileSync(file, 'content');
  fs.symlinkSync('../there/file', join(folder, 'home/link'));
  fs.symlinkSync('../there', join(folder, 'home/folder'));
  for (const path of [file, join(folder, 'home/link'), join(folder, 'home/folder/file')])
    assert.equal(text(path), 'content');
  fs.chownSync(join(folder, 'home'), 1000, 1000);
  for (const path of ['home/link', 'home/folder/file'])
    assert.throws(() => text(join(folder, path)), { code: 'ELOOP' }, path);
  assert.throws(() => text(join(folder, 'absent')), { code: 'ENOENT' });
  assert.equal(spawnSync('mkfifo', [join(folder, 'home/fifo')]).status, 0);
  for (const path of ['home/fifo', 'there']) assert.throws(() => text(join(folder, path)), { code: 'EINVAL' }, path);
  fs.truncateSync(file, 64 * 1024 * 1024 + 1);
  assert.equal(readTrustedFile(file).length, 64 * 1024 * 1024 + 1);
  fs.chownSync(file, 1000, 1000);
  assert.throws(() => readTrustedFile(file), { code: 'EFBIG' });
});

test('links in a circle end', { skip: isRoot ? false : 'needs root' }, () => {
  fs.symlinkSync('b', join(folder, 'a'));
  fs.symlinkSync('a', join(folder, 'b'));
  assert.throws(() => open(join(folder, 'a')), { code: 'ELOOP' });
});

test('what is written into a folder of somebody else does not leave it', {
  skip: isRoot ? false : 'needs root',
}, () => {
  fs.chownSync(join(folder, 'home'), 1000, 1000);
  fs.symlinkSync(join(folder, 'there'), join(folder, 'home/link'));
  const attributes = { mode: 0o600, uid: 1000, gid: 1000 };
  assert.throws(() => writeFileAtomically(join(folder, 'home/link/x'), 'x', attributes), { code: 'ELOOP' });
  assert.deepEqual(fs.readdirSync(join(folder, 'there')), ['below']);
});

test('a file of somebody else is read, but no link, no FIFO and nothing large', () => {
  const path = join(folder, 'home/keys');
  fs.writeFileSync(path, 'key\n');
  assert.equal(readUntrustedFile(path), 'key\n');
  fs.symlinkSync(path, join(folder, 'home/link'));
  assert.throws(() => readUntrustedFile(join(folder, 'home/link')), { code: 'ELOOP' });
  fs.truncateSync(path, 2 * 1024 * 1024);
  assert.throws(() => readUntrustedFile(path), { code: 'EFBIG' });
  fs.rmSync(path);
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  assert.throws(() => readUntrustedFile(path), { code: 'EINVAL' });
  assert.throws(() => readUntrustedFile(join(folder, 'home/none')), { code: 'ENOENT' });
});
