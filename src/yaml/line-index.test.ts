import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexLines } from './line-index.ts';

/** Places of all offsets, by looking at each unit. */
function countPlaces(text: string): string[] {
  const places: string[] = [];
  let [line, column] = [1, 1];
  for (let at = 0; at <= text.length; at += 1) {
    const [unit, before] = [text[at] ?? '', text[at - 1] ?? ''];
    if (before === '\n' || before === '\u0085' || (before === '\r' && unit !== '\n')) [line, column] = [line + 1, 1];
    places.push(`${line}:${column}`);
    const isHalf = /[\ud800-\udbff]/.test(unit);
    if (!isHalf && !(unit === '\ufeff' && at === 0)) column += 1;
  }
  return places;
}

const texts = [
  '',
  '\n',
  'a',
  'a\nb',
  'a\n\nbc\n',
  'é\nü\n',
  'a\r\nb\rc\n',
  'a\u0085b\nc',
  '\ufeffa\nb',
  '\r',
  '\n\r\n\r',
];
for (const text of texts)
  test(`line and column of each offset: ${JSON.stringify(text)}`, () => {
    const placeOf = indexLines(text);
    const found = Array.from({ length: text.length + 1 }, (_, at) => placeOf(at)).map(
      ({ line, column }) => `${line}:${column}`,
    );
    assert.deepEqual(found, countPlaces(text));
  });

test('an offset outside the text is at its nearer end; a pair of surrogates is one column', () => {
  const placeOf = indexLines('ab\n😀c');
  assert.deepEqual(
    [placeOf(-1), placeOf(99), placeOf(5)],
    [
      { line: 1, column: 1 },
      { line: 2, column: 3 },
      { line: 2, column: 2 },
    ],
  );
});
