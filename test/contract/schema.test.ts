// guest-init schema, as it is built: the same schema and the same list of keys that docs/ has, and a schema that takes the documents that
// the program takes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
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

const keys = JSON.parse(run('schema', '--keys', '--json')) as KnownKey[];

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
