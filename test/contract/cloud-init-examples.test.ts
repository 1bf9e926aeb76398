// Each example of cloud-init's documentation that concerns a supported key has cases of the same keys and shapes here, with values of our
// own; and what is in the cases is taken as it stands, but for those that show what is refused.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModuleDefinition } from '../../src/core/define.ts';
import { modules as registry } from '../../src/modules/registry.generated.ts';
import { documentedKeys, remedies } from '../../src/userdata/cloud-init-keys.ts';
import { interpretUserData } from '../../src/userdata/interpret.ts';
import { listKeys } from '../../src/userdata/known-keys.ts';
import { repositoryRoot } from '../support/built-program.ts';

const modules = registry as unknown as readonly ModuleDefinition[];
const home = join(repositoryRoot, 'src/modules');
/** Path of the example in cloud-init's repository -> one case of ours, or several for a document of several modules. */
const examples = JSON.parse(readFileSync(join(import.meta.dirname, 'cloud-init-examples.json'), 'utf8')) as Readonly<
  Record<string, string | readonly string[]>
>;

const locate = (name: string): string => join(home, name.replace('/', '/cases/'));

/** Cases that show what becomes of a faulty entry. */
const faulty = new Set([
  ...['bootcmd', 'disk-setup', 'mounts', 'runcmd', 'write-files'].flatMap((module) => [
    `${module}/bad-entry-dropped`,
    `${module}/bad-entries-dropped`,
  ]),
  ...['ca-certs/debian', 'ca-certs/red-hat', 'ntp/asked-for-as-package', 'users/refused', 'etc-hosts/rejected-name'],
]);

test('every case that shows no fault is a valid document: at least 180', () => {
  const names = globSync('*/cases/*/in.yaml', { cwd: home }).map((path) =>
    path.replace(/\/cases\/(.*)\/in\.yaml$/, '/$1'),
  );
  const sound = names.filter((name) => {
    const bytes = readFileSync(join(locate(name), 'in.yaml'));
    const { diagnostics } = interpretUserData({ bytes, source: name }, modules);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    assert.equal(errors.length > 0, faulty.has(name), `${name}: ${JSON.stringify(errors)}`);
    return errors.length === 0;
  });
  assert.ok(sound.length >= 180, `${sound.length}`);
});

test('the cases of the examples are there, and sound', () => {
  const rows = Object.entries(examples).map(([example, cases]) => [example, [cases].flat()] as const);
  assert.ok(rows.length >= 115, `${rows.length}`);
  for (const [example, cases] of rows) {
    assert.ok(cases.length > 0, example);
    for (const name of cases) {
      assert.ok(existsSync(join(locate(name), 'plan.json')), `${example}: ${name}`);
      assert.ok(!faulty.has(name), `${example}: ${name}`);
    }
  }
});

test('a key is supported, or has a word about what to do instead', () => {
  const undone = listKeys(modules).filter(({ module, combines }) => module === undefined && !combines);
  for (const { key, remedy } of undone) assert.ok(remedy !== undefined && documentedKeys.has(key), key);
  for (const key of Object.keys(remedies))
    assert.ok(
      undone.some((found) => found.key === key),
      `${key}: supported by now`,
    );
});
