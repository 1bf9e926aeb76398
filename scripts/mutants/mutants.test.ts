// A mutant whose text is no longer in its file plants nothing: it is found here, without running any of them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { mutants } from './mutants.ts';

const root = dirname(dirname(import.meta.dirname));

for (const { name, file, edits, tests } of mutants) {
  test(`"${name}" can be planted`, () => {
    const text = readFileSync(join(root, file), 'utf8');
    for (const { find } of edits) assert.equal(text.split(find).length - 1, 1, `${JSON.stringify(find)} in ${file}`);
    for (const path of tests) assert.ok(existsSync(join(root, path)), path);
  });
}

test('each has a name of its own', () => {
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
});
