import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeType, formatKeyPath, formatPlace } from './diagnostic.ts';

test('places as editors write them', () => {
  assert.equal(formatPlace({ source: 'user_data' }), 'user_data');
  assert.equal(formatPlace({ source: 'user_data', line: 14 }), 'user_data:14');
  assert.equal(formatPlace({ source: 'user_data', line: 14, column: 5 }), 'user_data:14:5');
  assert.equal(formatPlace({ source: 'user_data', column: 5 }), 'user_data');
});

test('key paths as people write them', () => {
  assert.equal(formatKeyPath([]), '');
  assert.equal(formatKeyPath(['users', 2, 'ssh_authorized_keys', 0]), 'users[2].ssh_authorized_keys[0]');
  assert.equal(formatKeyPath([0, 'a']), '[0].a');
});

test('types in the words of YAML, never the value', () => {
  const cases: [unknown, string][] = [
    [null, 'nothing'],
    [undefined, 'nothing'],
    [[], 'a list'],
    [{}, 'a map'],
    [Object.create(null), 'a map'],
    [Uint8Array.of(1), 'binary data'],
    [false, 'true or false'],
    [0, 'a number'],
    [Number.NaN, 'a number that is not finite'],
    [Number.POSITIVE_INFINITY, 'a number that is not finite'],
    ['', 'an empty string'],
    ['S3cr3t', 'a string'],
  ];
  for (const [value, expected] of cases) assert.equal(describeType(value), expected);
});
