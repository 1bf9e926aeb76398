// docs/templates.md has a row for each class of leftovers, in the order of the registry, and for no other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unreadable } from '../../src/seal/find-leftovers.ts';
import { leftoverClasses } from '../../src/seal/registry.ts';
import { repositoryRoot } from '../support/built-program.ts';

test('the page has a row for each class', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/templates.md'), 'utf8');
  const [, table = ''] = page.split('## What is looked for');
  const rows = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(rows, [...leftoverClasses.map(({ name }) => name), unreadable]);
});
