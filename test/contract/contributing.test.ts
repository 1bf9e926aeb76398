// The diff that CONTRIBUTING.md shows is the module as it is.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

test('the example module of CONTRIBUTING.md is the one in the tree', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const diff = /```diff\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const files = diff.split('--- /dev/null\n').filter((part) => part !== '');
  assert.equal(files.length, 3);
  for (const file of files) {
    const [head = '', ...lines] = file.trimEnd().split('\n');
    const path = head.replace('+++ b/', '');
    const shown = lines.map((line) => line.slice(1)).join('\n');
    assert.equal(`${shown}\n`, readFileSync(join(root, path), 'utf8'), path);
  }
});
