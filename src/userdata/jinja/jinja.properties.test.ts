// What holds for every template.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, isPlaceIn, textOf } from '../../../test/support/property.ts';
import { checkTemplate, renderTemplate } from './render.ts';

const names = { v1: { name: 'web', list: [1, 2, 3], map: { a: 'x' }, none: null, yes: true, text: '{{ v1.name }}' } };
const partOf = (text: string) => ({ text, source: 'u', headerOffset: 0, headerLine: 1 });
const pieces = [
  ...[
    '{{ ',
    ' }}',
    '{% ',
    ' %}',
    '{#',
    '#}',
    '{%- ',
    ' -%}',
    'v1',
    '.name',
    '.list',
    '[0]',
    "['a']",
    '|',
    'default(',
    'upper',
    'join(",")',
  ],
  ...[
    'if ',
    'else',
    'elif ',
    'endif',
    'for x in ',
    'endfor',
    'set y = ',
    'raw',
    'endraw',
    ' and ',
    ' not ',
    ' is defined',
    '==',
    '~',
    '+',
    '*',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '1',
    '9999999999',
    '"s"',
    "'",
    '\n',
    '__class__',
    'constructor',
    'range(9)',
    '%',
    '//',
    '**',
    '😀',
  ],
];

checkProperty(
  'any template is rendered, or has problems, each at a place of it',
  fc.property(textOf(pieces, 30), (text) => {
    const problems = checkTemplate(partOf(text));
    for (const problem of problems) assert.ok(isPlaceIn(text, problem));
    const rendered = renderTemplate(partOf(text), names);
    if (!rendered.ok) for (const problem of rendered.problems) assert.ok(isPlaceIn(text, problem));
    // What the check without names refuses, names do not mend.
    if (problems.length > 0) assert.ok(!rendered.ok);
  }),
);

checkProperty(
  'a text without marks stays as it is, and so does one between raw and endraw',
  fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (given) => {
    const text = given.replaceAll(/[{}#%]|\s+$/g, '');
    const plain = renderTemplate(partOf(text), names);
    assert.ok(plain.ok);
    assert.equal(plain.text, text);
    const raw = renderTemplate(partOf(`{% raw %}{{ ${text} }}{% endraw %}`), names);
    assert.ok(raw.ok);
    assert.equal(raw.text, `{{ ${text} }}`);
  }),
);

checkProperty(
  'a value is filled in as it is and never read as a template',
  fc.property(textOf(pieces), (value) => {
    const rendered = renderTemplate(partOf('a{{ it }}b'), { it: value });
    assert.ok(rendered.ok);
    assert.equal(rendered.text, `a${value}b`);
  }),
);
