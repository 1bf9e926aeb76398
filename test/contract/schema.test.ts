// guest-init schema, as it is built: the same schema and the same list of keys that docs/ has, and a schema that takes the documents that
// the program takes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Subkey } from '../../src/cli/key-paths.ts';
import type { ModuleDefinition } from '../../src/core/define.ts';
import { modules } from '../../src/modules/registry.generated.ts';
import { documentedKeys } from '../../src/userdata/cloud-init-keys.ts';
import type { KnownKey } from '../../src/userdata/known-keys.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';

const { bundle } = requireBuiltProgram();

function run(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...words], { encoding: 'utf8' });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  return stdout;
}

function readDoc(name: string): string {
  return readFileSync(join(repositoryRoot, 'docs', name), 'utf8');
}

test('the schema is that of docs/', () => {
  assert.equal(run('schema'), readDoc('cloud-config.schema.json'));
});

const keys = JSON.parse(run('schema', '--keys', '--json')) as (KnownKey & { readonly keys?: readonly Subkey[] })[];

test('docs/keys.md has the same keys with the same pointers', () => {
  const expected = keys.map(({ key, module, combines, remedy }) => {
    const page = combines ? '[several documents](user-data.md#several-documents)' : `[${module}](modules/${module}.md)`;
    return `| \`${key}\` | ${module === undefined && !combines ? (remedy ?? '') : page} |`;
  });
  const rows = readDoc('keys.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  assert.deepEqual(rows.sort(), expected.sort());
});

test('the text for people names every key once, on the right side', () => {
  const [done = '', undone = ''] = run('schema', '--keys').split('\n\n');
  const read = (text: string): string[] => [...text.matchAll(/^ {2}(\S+)/gm)].map(([, key]) => key ?? '');
  const isUndone = ({ module, combines }: KnownKey): boolean => module === undefined && !combines;
  assert.deepEqual(
    read(done),
    keys.filter((key) => !isUndone(key)).map(({ key }) => key),
  );
  assert.deepEqual(
    read(undone),
    keys.filter(isUndone).map(({ key }) => key),
  );
});

test('what is below a key is listed, and what of it is left undone', () => {
  const below = new Map(keys.flatMap((entry) => (entry.keys ?? []).map(({ path, supported }) => [path, supported])));
  for (const path of ['users[].name', 'apt.sources.*.keyid', 'write_files[].source.uri', 'ntp.config.template'])
    assert.equal(below.get(path), true, path);
  const undone = (modules as unknown as readonly ModuleDefinition[]).flatMap((module) => module.undone ?? []).sort();
  assert.deepEqual([...below].flatMap(([path, supported]) => (supported ? [] : [path])).sort(), undone);
  assert.ok(undone.includes('users[].doas'));
  const listed = [...run('schema', '--keys').matchAll(/^ {6}(\S+)( {3}not supported)?$/gm)];
  assert.deepEqual(
    listed.map(([, path, mark]) => [path, mark === undefined]),
    [...below],
  );
  const bullets = [...readDoc('keys.md').matchAll(/^- `(.*)`$/gm)].map(([, path]) => path);
  assert.deepEqual(bullets, undone);
});

test('no key of cloud-init is missing, and those of the schema are the supported ones', () => {
  for (const key of documentedKeys)
    assert.ok(
      keys.some((found) => found.key === key),
      key,
    );
  const { properties } = JSON.parse(run('schema')) as { properties: object };
  const owned = keys.filter(({ module }) => module !== undefined).map(({ key }) => key);
  assert.deepEqual(Object.keys(properties).sort(), owned.sort());
});
