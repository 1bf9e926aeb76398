// Each module is a whole folder: README, cases that a test of its own runs, docs page, and keys that are its alone.

import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModuleDefinition } from '../../src/core/define.ts';
import { modules as registry } from '../../src/modules/registry.generated.ts';
import { interpretUserData } from '../../src/userdata/interpret.ts';
import { repositoryRoot } from '../support/built-program.ts';

const modules = registry as unknown as readonly ModuleDefinition[];
const home = join(repositoryRoot, 'src/modules');
/** The instance that uses every key. */
const golden = join(repositoryRoot, 'test/golden/instances/13-every-key');
const folderOf = ({ name }: ModuleDefinition): string => join(home, name);

function listCases(module: ModuleDefinition): string[] {
  const folder = join(folderOf(module), 'cases');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

test('every folder of a module is in the registry', () => {
  const folders = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(modules.map(({ name }) => name).sort(), folders.sort());
});

test('no key belongs to two modules', () => {
  const keys = modules.flatMap(({ keys }) => keys);
  assert.deepEqual(
    keys.filter((key, index) => keys.indexOf(key) !== index),
    [],
  );
});

for (const module of modules) {
  test(`${module.name} has a README, a docs page and cases`, () => {
    assert.match(readFileSync(join(folderOf(module), 'README.md'), 'utf8'), /^# \S/);
    assert.ok(existsSync(join(repositoryRoot, 'docs/modules', `${module.name}.md`)));
    const cases = listCases(module);
    assert.ok(cases.length >= 1, 'no case');
    for (const name of cases) {
      for (const file of ['in.yaml', 'plan.json']) {
        assert.ok(existsSync(join(folderOf(module), 'cases', name, file)), `${name}/${file}`);
      }
    }
  });

  test(`${module.name}: its own test runs the cases`, () => {
    const texts = globSync('*.test.ts', { cwd: folderOf(module) }).map((file) =>
      readFileSync(join(folderOf(module), file), 'utf8'),
    );
    assert.ok(
      texts.some((text) => /\btestCases\(/.test(text) || /readdirSync\([^)]*cases/.test(text)),
      'no test of the module reads its cases',
    );
  });

  test(`${module.name}: its cases use only keys that exist, and each of its keys is in a case or in the golden document`, () => {
    const used = new Set(listTopLevelKeys(join(golden, 'drive/openstack/latest/user_data')));
    for (const name of listCases(module)) {
      for (const key of listTopLevelKeys(join(folderOf(module), 'cases', name, 'in.yaml'))) used.add(key);
    }
    assert.deepEqual(
      module.keys.filter((key) => !used.has(key)),
      [],
      'keys without a case',
    );
  });
}

/** Keys of the document as written, and with underscores; fails where one is unknown. */
function listTopLevelKeys(path: string): string[] {
  const { document, diagnostics } = interpretUserData({ bytes: readFileSync(path), source: 'user_data' }, modules);
  assert.ok(document, `${path} is no cloud-config`);
  const unknown = diagnostics.filter(({ code, path: key }) => code === 'unknown-key' && (key ?? '') === '');
  assert.deepEqual(unknown, [], path);
  return Object.keys(document.raw).flatMap((key) => [key, key.replaceAll('-', '_')]);
}
