// docs/exit-codes.md lists the codes of core/error.ts, each once, and nothing else; the sources use no others.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodes } from '../../src/core/error.ts';
import { repositoryRoot } from '../support/built-program.ts';

const rows = readFileSync(join(repositoryRoot, 'docs/exit-codes.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| *\d+ *\|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('the table has every code once, in order', () => {
  assert.deepEqual(
    rows.map((cells) => Number(cells[1])),
    Object.values(exitCodes).sort((a, b) => a - b),
  );
});

test('every code has a meaning, and every failure that one can mend says how', () => {
  for (const [, code, meaning, , advice] of rows) {
    assert.ok((meaning ?? '').length > 5, `${code} has no meaning`);
    const needsNone = ['0', '64', '77'].includes(code ?? '');
    assert.ok(needsNone || (advice ?? '').length > 5, `${code} says nothing to do`);
  }
});

test('every code has a use', () => {
  const text = globSync('src/**/*.ts', { cwd: repositoryRoot })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(repositoryRoot, file), 'utf8'))
    .join('\n');
  for (const name of Object.keys(exitCodes))
    assert.match(text, new RegExp(`exitCodes\\.${name}\\b`), `${name} is never used`);
});
