// The drive is hostile: nothing outside it is read, nothing blocks, nothing grows without bound.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { createDriveReader } from './drive-reader.ts';

const limit = 1024;
let folder = '';
let drive = '';

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-reader-'));
  drive = join(folder, 'drive');
  fs.mkdirSync(join(drive, 'openstack/latest'), { recursive: true });
  fs.writeFileSync(join(drive, 'openstack/latest/a'), 'inside');
  fs.mkdirSync(join(folder, 'outside'));
  fs.writeFileSync(join(folder, 'outside/a'), 'S3cr3t');
});
afterEach(() => {
  mock.restoreAll();
  syncBuiltinESMExports();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** `read TEXT`, `absent`, or `refused REASON`. */
function read(path: string): string {
  const file = createDriveReader(drive).read(path, limit);
  if (file.state === 'read') return `read ${new TextDecoder().decode(file.bytes)}`;
  return file.state === 'refused' ? `refused ${file.reason}` : file.state;
}

test('regular files are read, whole and by relative path', () => {
  assert.equal(read('openstack/latest/a'), 'read inside');
  assert.equal(read('/openstack//latest/a'), 'read inside');
  fs.writeFileSync(join(drive, 'empty'), '');
  assert.equal(read('empty'), 'read ');
  fs.writeFileSync(join(drive, 'full'), 'x'.repeat(limit));
  assert.equal(read('full'), `read ${'x'.repeat(limit)}`);
});

test('what is not there is absent, not refused', () => {
  assert.equal(read('openstack/latest/b'), 'absent');
  assert.equal(read('nowhere/b'), 'absent');
});

test('a symbolic link is not followed: as the file, as a folder on the way, to the inside or the outside', () => {
  fs.symlinkSync('/etc/passwd', join(drive, 'absolute'));
  fs.symlinkSync('openstack/latest/a', join(drive, 'relative'));
  fs.symlinkSync('nowhere', join(drive, 'dangling'));
  for (const name of ['absolute', 'relative', 'dangling']) assert.match(read(name), /^refused a symbolic link/, name);
  fs.symlinkSync(join(folder, 'outside'), join(drive, 'ec2'));
  fs.symlinkSync('openstack', join(drive, 'inner'));
  assert.match(read('ec2/a'), /^refused /);
  assert.match(read('inner/latest/a'), /^refused /);
  assert.deepEqual(createDriveReader(drive).list('ec2'), []);
  assert.deepEqual(createDriveReader(drive).list('inner'), []);
});

test('".." and NUL do not leave the drive', () => {
  for (const path of ['../outside/a', 'openstack/../../outside/a', './openstack/latest/a', '..', 'openstack/..']) {
    assert.match(read(path), /^refused its path leaves the drive/, path);
  }
  assert.match(read('a\0b'), /^refused/);
  assert.deepEqual(createDriveReader(drive).list('..'), []);
});

/** As `read`, in a process of its own: a reader that waits cannot be interrupted from within. */
function readElsewhere(path: string): string {
  const script = `import { createDriveReader } from ${JSON.stringify(join(import.meta.dirname, 'drive-reader.ts'))};
console.log(JSON.stringify(createDriveReader(process.argv[1]).read(process.argv[2], ${limit})));`;
  const argv = ['--input-type=module', '-e', script, drive, path];
  const { stdout, error } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    timeout: 5000,
    killSignal: 'SIGKILL',
  });
  return error === undefined ? stdout : `waited: ${error.message}`;
}

test('a FIFO is refused at once, with and without a writer', async () => {
  execFileSync('mkfifo', [join(drive, 'fifo')]);
  assert.match(readElsewhere('fifo'), /not a regular file but a FIFO/);
  const script = 'exec 3<>"$1"; echo S3cr3t >&3; echo ready; exec sleep 60';
  const writer = spawn('sh', ['-c', script, 'sh', join(drive, 'fifo')], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    assert.match(readElsewhere('fifo'), /not a regular file but a FIFO/);
  } finally {
    writer.kill('SIGKILL');
  }
});

test('a folder, a socket and a device are refused', async (context) => {
  assert.match(read('openstack'), /^refused not a regular file but a folder/);
  assert.match(read(''), /^refused not a regular file but a folder/);
  assert.match(read('openstack/latest/a/b'), /^refused a part of its path is not a folder/);
  const server = createServer().listen(join(drive, 'socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  assert.match(read('socket'), /^refused not a regular file/);
  server.close();
  if (process.geteuid?.() !== 0) return context.diagnostic('devices need root');
  execFileSync('mknod', [join(drive, 'zero'), 'c', '1', '5']);
  assert.match(read('zero'), /^refused (not a regular file but a device|cannot be read)/);
});

test('more than the limit is refused without being read, also when the file is sparse', () => {
  fs.truncateSync(join(drive, 'openstack/latest/a'), 2 ** 40);
  const file = createDriveReader(drive).read('openstack/latest/a', limit);
  assert.deepEqual(file, { state: 'refused', reason: `larger than the limit of ${limit} bytes`, overLimit: true });
  fs.truncateSync(join(drive, 'openstack/latest/a'), limit + 1);
  assert.match(read('openstack/latest/a'), /^refused larger/);
});

for (const [what, change] of [
  ['grows', (path: string) => fs.appendFileSync(path, 'more')],
  ['shrinks', (path: string) => fs.truncateSync(path, 2)],
] as const) {
  test(`a file that ${what} while it is read is refused`, () => {
    const original = fs.fstatSync;
    mock.method(fs, 'fstatSync', ((file: number) => {
      const stat = original(file);
      change(join(drive, 'openstack/latest/a'));
      return stat;
    }) as never);
    syncBuiltinESMExports();
    assert.equal(read('openstack/latest/a'), 'refused changed while it was read');
  });
}

test('folders are listed in order, and only so many names of them', () => {
  const reader = createDriveReader(drive);
  fs.writeFileSync(join(drive, 'b'), '');
  assert.deepEqual(reader.list(''), ['b', 'openstack']);
  assert.deepEqual(reader.list('openstack/latest'), ['a']);
  assert.deepEqual(reader.list('nowhere'), []);
  assert.deepEqual(reader.list('b'), []);
});

test('no descriptor is left open, whatever was refused', () => {
  fs.symlinkSync('/etc', join(drive, 'link'));
  const count = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = count();
  for (const path of [
    'openstack/latest/a',
    'openstack/latest/b',
    'link/x',
    '..',
    'openstack',
    'openstack/latest/a/b',
  ]) {
    read(path);
    createDriveReader(drive).list(path);
  }
  assert.equal(count(), before);
});
