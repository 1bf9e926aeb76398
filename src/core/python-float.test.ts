// Expected texts are those of Python 3.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spellFloat } from './python-float.ts';

const cases: readonly (readonly [value: number, expected: string])[] = [
  [1, '1.0'],
  [2.5, '2.5'],
  [1000, '1000.0'],
  [-0, '-0.0'],
  [0, '0.0'],
  [1e15, '1000000000000000.0'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [-1.5e300, '-1.5e+300'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [-1.25e-7, '-1.25e-07'],
  [5e-324, '5e-324'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
  [Number.NaN, 'nan'],
];

for (const [value, expected] of cases) test(`spells ${expected}`, () => assert.equal(spellFloat(value), expected));
