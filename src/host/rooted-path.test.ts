import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { resolveBelowRoot } from './rooted-path.ts';

let root = '';
before(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'guest-init-root-'));
  fs.mkdirSync(join(root, 'usr/bin'), { recursive: true });
  fs.mkdirSync(join(root, 'etc'));
  const links: Record<string, string> = {
    bin: 'usr/bin',
    sbin: '/usr/bin',
    'etc/up': '../../../../../etc',
    'etc/file': '/etc/passwd',
    'etc/chain': 'chain2',
    'etc/chain2': '/bin',
    'etc/loop': 'loop',
    'etc/a': 'b',
    'etc/b': 'a',
    'etc/out': '/../../../../tmp',
  };
  for (const [path, target] of Object.entries(links)) fs.symlinkSync(target, join(root, path));
});
after(() => fs.rmSync(root, { recursive: true, force: true }));

const resolve = (path: string, followLast = false): string => {
  const found = resolveBelowRoot(root, path, { followLast });
  assert.ok(found === root || found.startsWith(`${root}/`), `${path} left the root: ${found}`);
  return found.slice(root.length);
};

test('plain paths are taken as they are, existing or not', () => {
  assert.equal(resolve('/usr/bin/env'), '/usr/bin/env');
  assert.equal(resolve('/nowhere/at/all'), '/nowhere/at/all');
  assert.equal(resolve('//usr/./bin//env'), '/usr/bin/env');
  assert.equal(resolve('/'), '');
});

test('links on the way stay below the root, relative and absolute ones', () => {
  assert.equal(resolve('/bin/env'), '/usr/bin/env');
  assert.equal(resolve('/sbin/env'), '/usr/bin/env');
  assert.equal(resolve('/etc/chain/env'), '/usr/bin/env');
  assert.equal(resolve('/etc/up/passwd'), '/etc/passwd');
  assert.equal(resolve('/etc/out/x'), '/tmp/x');
});

test('".." stops at the root', () => {
  assert.equal(resolve('/../../etc/passwd'), '/etc/passwd');
  assert.equal(resolve('/bin/../x'), '/usr/x');
  assert.equal(resolve('/usr/../../..'), '');
});

test('the last component is followed only where asked', () => {
  assert.equal(resolve('/etc/file'), '/etc/file');
  assert.equal(resolve('/etc/file', true), '/etc/passwd');
  assert.equal(resolve('/sbin'), '/sbin');
  assert.equal(resolve('/sbin', true), '/usr/bin');
  assert.equal(resolve('/etc/chain', true), '/usr/bin');
});

test('endless links are an error, not an endless search', () => {
  for (const path of ['/etc/loop/x', '/etc/a/x']) assert.throws(() => resolve(path), { code: 'ELOOP' });
  assert.throws(() => resolve('/etc/loop', true), { code: 'ELOOP' });
  assert.equal(resolve('/etc/loop'), '/etc/loop');
});
