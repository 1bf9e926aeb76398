import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { emitYaml } from './emit-yaml.ts';

/** What YAML 1.1 or 1.2 takes for something else when it is not quoted, or for the end of the value. */
const treacherous = [
  ...['no', 'on', 'Yes', '~', 'null', '', '0x1f', '017', '1e3', '.inf', '12:30:45', '2026-01-01', '0-', '<<'],
  ...[
    'a: b',
    '# x',
    '- x',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a',
    '{a}',
    '[a]',
    '|',
    '>',
    '"',
    "'",
    '\\',
    'a\nb',
    ' a ',
    '\t',
  ],
  ...['\u0000', '\u007f', '\u0085', '\u2028', '\ufeff', 'é', '😀'],
];

describe('YAML', () => {
  it('reads back as it was', () => {
    const document = {
      version: 2,
      flag: false,
      none: undefined,
      empty: [],
      list: ['a', 1, true],
      map: new Map([
        ['eth0', { addresses: ['10.0.0.5/24'], routes: [{ to: '::/0', via: 'fe80::1', metric: 7 }, { to: 'x' }] }],
      ]),
    };
    assert.deepEqual(load(emitYaml(document)), {
      version: 2,
      flag: false,
      empty: [],
      list: ['a', 1, true],
      map: { eth0: { addresses: ['10.0.0.5/24'], routes: [{ to: '::/0', via: 'fe80::1', metric: 7 }, { to: 'x' }] } },
    });
  });

  it('keeps every text a text, as value and as key, on one line of ASCII', () => {
    const check = (text: string): void => {
      const yaml = emitYaml({ value: text, list: [text], map: new Map([[text, text]]) });
      assert.match(yaml, /^[ -~\n]*$/);
      assert.equal(yaml.split('\n').length, 6);
      assert.deepEqual(load(yaml), { value: text, list: [text], map: { [text]: text } });
    };
    for (const text of treacherous) check(text);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => text !== '__proto__'),
        check,
      ),
    );
  });
});
