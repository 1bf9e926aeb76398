// The order in which modules plan, so that a new `after` that moves others is seen. UPDATE_GOLDEN=1 rewrites module-order.json.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modules } from '../../src/modules/registry.generated.ts';
import { orderModules } from '../../src/pipeline/order.ts';

test('the order of the modules', () => {
  const names = orderModules<{ name: string; after: readonly string[] }>(modules).map(({ name }) => name);
  const expected = join(import.meta.dirname, 'module-order.json');
  const text = `${JSON.stringify(names, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(expected, text);
  assert.equal(text, readFileSync(expected, 'utf8'));
});
