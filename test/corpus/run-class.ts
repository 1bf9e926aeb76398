// Registers a test for each entry of a class: the expected diagnostics at the expected places, no exception, no value of the input in
// any message, nothing injected into a line of a planned file. Large entries are the business of test/sandbox/corpus-large.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CorpusClass, CorpusInput, Entry } from './entry.ts';
import { findInjection } from './injection.ts';
import { judge } from './judge.ts';

/** Put into an input where a value is wrong: must show in no diagnostic. */
const canary = 'S3cr3t';

/** `atLeast`: a table that lost its entries is not a table that passed. */
export function runClass(className: CorpusClass, entries: readonly Entry[], { atLeast }: { atLeast: number }): void {
  test(`${className}: ${entries.length} inputs with names of their own`, () => {
    assert.ok(entries.length >= atLeast, `${entries.length}`);
    assert.equal(new Set(entries.map(([name]) => name)).size, entries.length);
  });
  for (const [name, input, expected] of entries) {
    if (typeof input !== 'function') test(name, () => checkEntry(className, input, expected));
  }
}

async function checkEntry(className: CorpusClass, input: CorpusInput, expected: string): Promise<void> {
  const { verdict, diagnostics, steps } = await judge(className, input);
  assert.equal(verdict, expected);
  const told = JSON.stringify(diagnostics);
  assert.ok(!told.includes(canary), told);
  for (const { line, column } of diagnostics) {
    assert.ok(line === undefined || (Number.isInteger(line) && line >= 1));
    assert.ok(column === undefined || (Number.isInteger(column) && column >= 1));
  }
  assert.equal(findInjection(steps), undefined);
}
