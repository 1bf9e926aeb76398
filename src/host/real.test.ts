// The port on a real file system, below a root that tries to lead out of itself.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AgentError } from '../core/error.ts';
import { createRealHost } from './real.ts';

let folder = '';
let root = '';
let outside = '';
const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-real-'));
  root = join(folder, 'root');
  outside = join(folder, 'outside');
  for (const name of ['root/etc', 'root/usr/lib', 'outside']) fs.mkdirSync(join(folder, name), { recursive: true });
  fs.writeFileSync(join(outside, 'file'), 'S3cr3t');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const isAgentError = (error: unknown): boolean => error instanceof AgentError;

test('absent is undefined, every other failure names the path', () => {
  const host = createRealHost({ root });
  assert.equal(host.readFile('/etc/nothing'), undefined);
  assert.equal(host.readText('/no/folder/file'), undefined);
  assert.equal(host.stat('/etc/nothing'), undefined);
  assert.equal(host.readLink('/etc/nothing'), undefined);
  assert.deepEqual(host.list('/nowhere'), []);
  assert.throws(
    () => host.readFile('/etc'),
    (error) => isAgentError(error) && /^\/etc: /.test((error as Error).message),
  );
  assert.throws(
    () => host.writeFile('/nowhere/a', '', { mode: 0o644, ...own }),
    /^AgentError: \/nowhere\/a: its folder does not exist/,
  );
});

test('an absolute link inside the root leads to the root, for reading', () => {
  fs.writeFileSync(join(root, 'usr/lib/os-release'), 'ID=debian\n');
  fs.symlinkSync('/usr/lib/os-release', join(root, 'etc/os-release'));
  const host = createRealHost({ root });
  assert.equal(host.readText('/etc/os-release'), 'ID=debian\n');
  assert.equal(host.facts().os.id, 'debian');
});

test("no link of the root leads to this machine's files, for reading", () => {
  fs.symlinkSync(join(outside, 'file'), join(root, 'etc/secret'));
  fs.symlinkSync(outside, join(root, 'etc/folder'));
  fs.symlinkSync('../../outside', join(root, 'etc/relative'));
  const host = createRealHost({ root });
  assert.equal(host.readText('/etc/secret'), undefined);
  assert.equal(host.readFile('/etc/secret'), undefined);
  assert.equal(host.readText('/etc/folder/file'), undefined);
  assert.equal(host.readText('/etc/relative/file'), undefined);
  assert.equal(host.readText('/../outside/file'), undefined);
  assert.deepEqual(host.list('/etc/folder'), []);
  assert.deepEqual(host.list('/etc/relative'), []);
});

test("no link of the root leads to this machine's files, for writing", () => {
  fs.symlinkSync(outside, join(root, 'etc/folder'));
  fs.symlinkSync(join(outside, 'file'), join(root, 'etc/secret'));
  const host = createRealHost({ root });
  assert.throws(() => host.writeFile('/etc/folder/new', 'x', { mode: 0o644, ...own }), isAgentError);
  assert.throws(() => host.makeDirectory('/etc/folder/new', { mode: 0o755, ...own }), isAgentError);
  assert.throws(() => host.makeSymlink('/etc/folder/new', '/x'), isAgentError);
  host.remove('/etc/folder/file');
  host.writeFile('/etc/secret', 'new', { mode: 0o644, ...own });
  assert.deepEqual(fs.readdirSync(outside), ['file']);
  assert.equal(fs.readFileSync(join(outside, 'file'), 'utf8'), 'S3cr3t');
  assert.equal(fs.readFileSync(join(root, 'etc/secret'), 'utf8'), 'new');
});

test('a link to a folder that exists in the root counts as the folder; one that dangles does not', () => {
  fs.mkdirSync(join(root, 'run'));
  fs.symlinkSync('/run', join(root, 'etc/run'));
  fs.symlinkSync(outside, join(root, 'etc/elsewhere'));
  const host = createRealHost({ root });
  host.makeDirectory('/etc/run', { mode: 0o755, ...own });
  assert.throws(() => host.makeDirectory('/etc/elsewhere', { mode: 0o755, ...own }), isAgentError);
});

test('a made folder has its mode; one that exists stays as it is', () => {
  const host = createRealHost({ root });
  host.makeDirectory('/etc/new', { mode: 0o751, ...own });
  assert.equal(fs.statSync(join(root, 'etc/new')).mode & 0o7777, 0o751);
  host.makeDirectory('/etc/new', { mode: 0o700, ...own });
  assert.equal(fs.statSync(join(root, 'etc/new')).mode & 0o7777, 0o751);
});

test('stat does not follow a final link, and knows its kinds', () => {
  fs.symlinkSync('/etc', join(root, 'link'));
  const host = createRealHost({ root });
  assert.equal(host.stat('/link')?.kind, 'symlink');
  assert.equal(host.readLink('/link'), '/etc');
  assert.equal(host.stat('/etc')?.kind, 'directory');
  host.writeFile('/etc/a', 'abc', { mode: 0o640, ...own });
  assert.deepEqual(host.stat('/etc/a'), { kind: 'file', mode: 0o640, ...own, size: 3 });
});

test('below a root there is no kernel', () => {
  const host = createRealHost({ root: `${root}///` });
  assert.equal(host.live, false);
  assert.deepEqual([host.bootId(), host.dmi(), host.facts().links, host.facts().routes], ['', {}, [], []]);
});

test('a command that the root does not have is not run on this machine instead', () => {
  const host = createRealHost({ root });
  assert.throws(() => host.run(['id']), /id: command not found/);
  assert.equal(host.which('sh'), undefined);
});

test('a user command: a bare name and a relative path, as seen from the root folder', async () => {
  const host = createRealHost();
  const options = { env: {}, timeoutMs: 10_000, cwd: '/', log: join(folder, 'command.log') };
  for (const program of ['true', './bin/true', 'bin/true', '/bin/true']) {
    assert.equal((await host.exec([program], options)).exitCode, 0, program);
  }
  const result = await host.exec(['no-such-command-here'], options);
  assert.deepEqual([result.exitCode, result.tail], [127, ['no-such-command-here: not found']]);
});

test('this machine: live, with clocks that go forward', () => {
  const host = createRealHost();
  assert.equal(host.live, true);
  assert.equal(createRealHost({ root: '/' }).live, true);
  const [first, second] = [host.monotonic(), host.monotonic()];
  assert.ok(first >= 0 && second >= first && first < 60_000);
  assert.ok(Math.abs(host.now() - Date.now() / 1000) < 5);
  assert.match(host.bootId(), /^[0-9a-f-]{36}$/);
});
