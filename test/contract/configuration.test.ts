// docs/configuration.md and packaging/config.yaml name exactly the settings of the policy schema, with its defaults.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultPolicy } from '../../src/core/policy.ts';
import { Policy } from '../../src/core/policy-schema.ts';
import { createMemoryHost } from '../../src/host/memory.ts';
import { loadPolicy, policyPath } from '../../src/pipeline/policy-file.ts';
import { parseYaml } from '../../src/yaml/parse.ts';
import { repositoryRoot } from '../support/built-program.ts';

type Entries = Record<string, { wrapped?: { entries?: Entries } }>;

/** `network.interface`, … of the schema, in its order. */
function listSettings(entries: Entries, prefix = ''): string[] {
  return Object.entries(entries).flatMap(([key, { wrapped }]) =>
    wrapped?.entries === undefined ? [prefix + key] : listSettings(wrapped.entries, `${prefix}${key}.`),
  );
}

function flatten(value: object, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, entry]): [string, unknown][] =>
    entry !== null && typeof entry === 'object' ? flatten(entry, `${prefix}${key}.`) : [[prefix + key, entry]],
  );
}

const settings = listSettings(Policy.entries as unknown as Entries).sort();
const defaults = new Map(flatten(defaultPolicy));
const packaged = readFileSync(join(repositoryRoot, 'packaging/config.yaml'), 'utf8');
/** The example as it is after its comment signs are taken away. */
const uncommented = packaged
  .split('\n')
  .slice(2)
  .map((line) => line.replace(/^# /, ''))
  .join('\n');

test('the schema is seen', () => {
  assert.ok(settings.length >= 12 && settings.includes('network.default_gateway'), settings.join(' '));
});

test('docs/configuration.md lists every setting with its default', () => {
  const rows = readFileSync(join(repositoryRoot, 'docs/configuration.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const documented = rows.flatMap((cells) => {
    const names = [...(cells[1] ?? '').matchAll(/`([\w.]+)`/g)].map(([, name]) => name ?? '');
    const values = [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, value]) => value);
    return names.map((name, index): [string, string | undefined] => [name, values[index]]);
  });
  assert.deepEqual(documented.map(([name]) => name).sort(), settings);
  for (const [name, value] of documented) {
    const expected = defaults.get(name);
    assert.equal(value, expected === undefined ? undefined : String(expected), name);
  }
});

test('the packaged file is all comments, and they are the defaults', async () => {
  for (const line of packaged.split('\n')) assert.match(line, /^(?:#.*)?$/);
  const parsed = parseYaml(uncommented);
  assert.ok(parsed.ok, 'the example is no YAML');
  const shown = new Map(flatten(parsed.value as object));
  assert.deepEqual([...shown.keys()].sort(), settings);
  for (const [name, value] of defaults) assert.deepEqual(shown.get(name), value, name);
});

test('the packaged file without its comment signs is accepted, and changes nothing but the example user', async () => {
  const { host } = createMemoryHost({ files: { [policyPath]: uncommented } });
  const { default_user: user, ...rest } = await loadPolicy(host);
  assert.deepEqual(rest, defaultPolicy);
  assert.equal(user, 'debian');
});
