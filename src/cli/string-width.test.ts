// The ASCII replacement must agree with the real package on everything that our help text can contain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import packageWidth from 'string-width';
import stringWidth from './string-width.ts';

const samples = [
  '',
  'run',
  'guest-init run [--stage early|late]',
  '\u001b[1mbold\u001b[22m',
  '\u001b[38;5;208mx\u001b[0m  y',
];

for (const sample of samples) {
  test(`width of ${JSON.stringify(sample)}`, () => {
    assert.equal(stringWidth(sample), packageWidth(sample));
  });
}
