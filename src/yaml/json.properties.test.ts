// What holds for every text that parseJsonLocated may be given.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, isPlaceIn, textOf } from '../../test/support/property.ts';
import { parseJsonLocated } from './json.ts';
import { indexLines } from './line-index.ts';

const pieces = [
  ...['{', '}', '[', ']', ',', ':', '"', '"a":', '"\\u00e9"', '\\', '1', '-0', '1e9', '.5', 'true', 'null', 'nul'],
  ...[' ', '\n', '\r\n', '\t', '\u0000', '\ufeff', '😀', '\\"', '//'],
];

checkProperty(
  'any text is JSON exactly where JSON.parse says so, and is refused at a place of it',
  fc.property(textOf(pieces, 20), (text) => {
    const result = parseJsonLocated(text);
    let isJson = true;
    try {
      JSON.parse(text.replace(/^\ufeff/, ''));
    } catch {
      isJson = false;
    }
    assert.equal(result.ok, isJson);
    if (result.ok) assert.deepEqual(result.findDuplicates().length >= 0, true);
    else assert.ok(isPlaceIn(text, result));
  }),
);

checkProperty(
  'each value is found where it is written',
  fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(2), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    const result = parseJsonLocated(text);
    assert.ok(result.ok);
    const lines = text.split('\n');
    const visit = (at: unknown, path: readonly (string | number)[]): void => {
      const { line, column } = result.locateValue(path);
      const rest = [...(lines[line - 1] ?? '')].slice(column - 1).join('');
      const first = Array.isArray(at) ? '[' : at !== null && typeof at === 'object' ? '{' : JSON.stringify(at);
      assert.ok(rest.startsWith(first), path.join('.'));
      if (at !== null && typeof at === 'object')
        for (const [key, child] of Object.entries(at)) visit(child, [...path, Array.isArray(at) ? Number(key) : key]);
    };
    visit(JSON.parse(text), []);
  }),
);

checkProperty(
  'keys that are given again are told, each where it is, and others are not',
  fc.property(fc.array(fc.constantFrom('a', 'b', ':', '__proto__', '\u00e9', '"'), { maxLength: 12 }), (keys) => {
    const members = keys.map((key, at) => `${JSON.stringify(key)}: [{"x:": ${at}}]`);
    const result = parseJsonLocated(`{"in": {\n${members.join(',\n')}\n}}`);
    assert.ok(result.ok);
    const again = keys.flatMap((key, at) => (keys.indexOf(key) < at ? [at + 2] : []));
    assert.deepEqual(
      result.findDuplicates().map(({ line }) => line),
      again,
    );
  }),
);

checkProperty(
  'a place is what counting from the start gives, in whatever order it is asked for',
  fc.property(
    textOf(['a', '😀', '\n', '\r\n', '\r', '\u0085', '\ufeff'], 30),
    fc.array(fc.nat(40)),
    (text, offsets) => {
      const placeOf = indexLines(text);
      for (const offset of offsets) {
        const at = Math.min(offset, text.length);
        assert.deepEqual(placeOf(offset), indexLines(text)(at));
      }
    },
  ),
);
