// What holds for every text that parseYaml may be given.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, isPlaceIn, textOf } from '../../test/support/property.ts';
import { parseYaml } from './parse.ts';
import { resolvePlain } from './scalars.ts';

const pieces = [
  ...[
    'a: ',
    '- ',
    '\n',
    '  ',
    '    ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    ', ',
    ': ',
    '? ',
    '|',
    '>',
    '|-\n',
    '>+2\n',
    '"',
    "'",
    '\\x41',
  ],
  ...[
    '&a ',
    '*a',
    '<<: ',
    '!!str ',
    '!!binary ',
    '!<',
    '!',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '#',
    ' # c',
    '~',
    '0o17',
    '0644',
  ],
  ...['yes', '1_0', '.inf', '2001-01-01', '\r\n', '\r', '\u0085', '\ufeff', '@', '`', '\u0000', '😀', 'key', '1:30'],
];

/** JSON that is YAML too: to PyYAML a number with an exponent and no point is a text, and so is to us one whose digits would get lost. */
const jsonValue = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })
  .map((value): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, item: unknown) =>
        typeof item === 'number' && (/e/.test(`${item}`) || Math.abs(item) > Number.MAX_SAFE_INTEGER) ? 0 : item,
      ),
    ),
  );

checkProperty(
  'any text is read or refused at a place of it, and never takes long',
  fc.property(textOf(pieces, 40), (text) => {
    const result = parseYaml(text);
    if (!result.ok) {
      assert.ok(isPlaceIn(text, result), `${result.line}:${result.column}`);
      assert.notEqual(result.reason, '');
      return;
    }
    for (const { line, column } of result.duplicates) assert.ok(isPlaceIn(text, { line, column }));
    for (const { line, column } of result.tagProblems) assert.ok(isPlaceIn(text, { line, column }));
  }),
);

checkProperty(
  'JSON on lines is read as JSON.parse reads it',
  fc.property(jsonValue, fc.constantFrom(0, 1, 2), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    const result = parseYaml(text);
    assert.ok(result.ok, result.ok ? '' : result.reason);
    assert.equal(JSON.stringify(result.value), JSON.stringify(JSON.parse(text)));
  }),
);

checkProperty(
  'each key of a document is found where it is written',
  fc.property(fc.uniqueArray(fc.stringMatching(/^[b-m][a-m]{0,8}$/), { minLength: 1 }), fc.nat(3), (keys, blanks) => {
    const text = keys.map((key) => `${'\n'.repeat(blanks)}${key}:\n    - in ${key}\n`).join('');
    const result = parseYaml(text);
    assert.ok(result.ok);
    const lines = text.split('\n');
    for (const key of keys) {
      const { line, column } = result.locate([key]);
      assert.ok(lines[line - 1]?.slice(column - 1).startsWith(`${key}:`));
      const value = result.locateValue([key, 0]);
      assert.ok(lines[value.line - 1]?.slice(value.column - 1).startsWith(`in ${key}`));
    }
  }),
);

checkProperty(
  'a key that is given twice is told at the second place',
  fc.property(fc.stringMatching(/^[b-m]{1,6}$/), fc.nat(5), (key, between) => {
    const text = `${key}: 1\n${Array.from({ length: between }, (_, at) => `z${at}: 1\n`).join('')}${key}: 2\n`;
    const result = parseYaml(text);
    assert.ok(result.ok);
    assert.deepEqual(
      result.duplicates.map(({ line, column }) => [line, column]),
      [[between + 2, 1]],
    );
    assert.equal((result.value as Record<string, unknown>)[key], 2);
  }),
);

checkProperty(
  'a plain scalar is a text, a number, true, false, null or a special one, and a quoted one is a text',
  fc.property(fc.stringMatching(/^[-+.:0-9a-zA-Z_~]{1,12}$/), (text) => {
    const value = resolvePlain(text);
    assert.ok(value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value), typeof value);
    const quoted = parseYaml(`"${text}"`);
    assert.ok(quoted.ok);
    assert.equal(quoted.value, text);
  }),
);
