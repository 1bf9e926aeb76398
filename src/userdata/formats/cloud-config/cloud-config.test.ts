import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpret, listProblems } from '../../testing/modules.ts';

test('what cannot be read as a document is not usable', () => {
  for (const body of ['- a\n', 'just text\n', '5\n', 'a: [\n', 'a: 1\n b: 2\n', 'a: !!python/object:x {}\n']) {
    const { usable, document, diagnostics } = interpret(body);
    assert.equal(usable, false, body);
    assert.equal(document, undefined);
    assert.equal(diagnostics.at(-1)?.severity, 'error');
    assert.equal(typeof diagnostics.at(-1)?.line, 'number');
  }
});

test('a template that was left unfilled is suspected', () => {
  assert.match(interpret('a: 1\nb: {{ x }}\n').diagnostics[0]?.message ?? '', /template/);
  assert.doesNotMatch(interpret('a: 1\nb: {[x]: 1}\n').diagnostics[0]?.message ?? '', /template/);
});

test("the reader's limits have a code of their own", () => {
  assert.equal(interpret(`a: ${'['.repeat(200)}${']'.repeat(200)}\n`).diagnostics[0]?.code, 'limit');
});

test('an empty document is usable and noted', () => {
  assert.deepEqual(listProblems(''), ['u:1:1 note -: the document is empty: it asks for nothing (missing)']);
  assert.equal(interpret('').usable, true);
});
