import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { findLineChange, reverseLineChange } from './line-change.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', 'd e'), { maxLength: 8 });
const join = (list: readonly string[]): string => (list.length === 0 ? '' : `${list.join('\n')}\n`);

test('what was put in is taken out again, whatever was there', () => {
  fc.assert(
    fc.property(
      lines,
      lines,
      fc.array(fc.constantFrom('x1', 'x2', 'x3'), { minLength: 1, maxLength: 3 }),
      (head, tail, ours) => {
        const before = join([...head, ...tail]);
        const change = findLineChange(before, join([...head, ...ours, ...tail]), false);
        assert.ok(change);
        // Others add lines of their own above and below.
        const now = join(['theirs', ...head, ...ours, ...tail, 'theirs too']);
        assert.equal(reverseLineChange(now, change), join(['theirs', ...head, ...tail, 'theirs too']));
      },
    ),
  );
});

test('lines that ours took the place of come back, where they may be kept', () => {
  const change = findLineChange('a\nold\nb\n', 'a\nnew\nb\n', true);
  assert.equal(reverseLineChange('z\na\nnew\nb\nend', change ?? { added: [], removed: [] }), 'z\na\nold\nb\nend');
  assert.equal(findLineChange('a\nold\nb\n', 'a\nnew\nb\n', false), undefined);
});

test('nothing is taken out that is not ours alone, or not there as a whole', () => {
  const change = findLineChange('a\n', 'a\none\ntwo\n', false) ?? { added: [], removed: [] };
  assert.equal(reverseLineChange('a\none\nmine\ntwo\n', change), undefined);
  assert.equal(reverseLineChange('one\ntwo\na\none\ntwo\n', change), undefined);
  assert.equal(reverseLineChange('', change), undefined);
  assert.equal(reverseLineChange('a\none\ntwo', change), 'a');
});

test('what leaves no trace is no change that can be found again; no line of ours is kept', () => {
  assert.equal(findLineChange('a\nb\n', 'a\n', true), undefined);
  assert.equal(findLineChange('a\n', 'a\n', true), undefined);
  assert.ok(!JSON.stringify(findLineChange('a\n', 'a\nS3cret\n', true)).includes('S3cret'));
});
