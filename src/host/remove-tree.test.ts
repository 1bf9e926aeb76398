import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createRealHost } from './real.ts';
import { removeTree } from './remove-tree.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-tree-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder goes with all that is in it, and what links in it lead to stays', () => {
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  writeFileSync(join(kept, 'file'), 'kept');
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'a/b/c'), { recursive: true });
  writeFileSync(join(tree, 'a/b/c/file'), '');
  symlinkSync(kept, join(tree, 'a/link'));
  symlinkSync(join(kept, 'file'), join(tree, 'a/b/link'));
  symlinkSync('nowhere', join(tree, 'dangling'));
  removeTree(tree);
  assert.ok(!existsSync(tree));
  assert.equal(readFileSync(join(kept, 'file'), 'utf8'), 'kept');
});

test('a file, a link to a folder, nothing at all', () => {
  const [file, link, target] = ['file', 'link', 'target'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(file, '');
  mkdirSync(target);
  symlinkSync(target, link);
  for (const path of [file, link, join(folder, 'absent'), join(folder, 'absent/below')]) {
    if (!path.endsWith('below')) removeTree(path);
    assert.ok(!existsSync(path), path);
  }
  assert.ok(existsSync(target));
});

test('below --root a link above the tree leads no further than the root', async () => {
  mkdirSync(join(folder, 'outside/state'), { recursive: true });
  mkdirSync(join(folder, 'root/outside/state'), { recursive: true });
  symlinkSync('/outside', join(folder, 'root/var'));
  symlinkSync('../../outside', join(folder, 'root/up'));
  const host = createRealHost({ root: join(folder, 'root') });
  await host.removeTree('/var/state');
  assert.ok(existsSync(join(folder, 'outside/state')));
  assert.ok(!existsSync(join(folder, 'root/outside/state')));
  mkdirSync(join(folder, 'root/outside/state'));
  await host.removeTree('/up/state');
  assert.ok(existsSync(join(folder, 'outside/state')));
  assert.ok(!existsSync(join(folder, 'root/outside/state')));
});
