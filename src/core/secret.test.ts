import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from './secret.ts';

const canary = 'S3cr3t-canary';
const secret = new Secret(canary);

test('only reveal gives the text', () => {
  assert.equal(secret.reveal(), canary);
});

const prints: Record<string, () => string> = {
  String: () => String(secret),
  'a template': () => `${secret}`,
  concatenation: () => `a${String(secret)}`,
  join: () => [secret].join(),
  'JSON.stringify': () => JSON.stringify({ a: [secret] }),
  'JSON.stringify with a replacer': () => JSON.stringify(secret, (_, value) => value),
  'util.inspect': () => inspect({ a: secret }, { depth: 9, showHidden: true }),
  'util.format': () => format('%s %o %O %j', secret, secret, secret, secret),
  'an error message': () => new Error(`broken: ${secret}`).stack ?? '',
  'Object.entries': () => JSON.stringify([Object.entries(secret), { ...secret }, Object.getOwnPropertyNames(secret)]),
  'structured clone': () => inspect(structuredClone({ ...secret }), { showHidden: true }),
};

for (const [name, print] of Object.entries(prints)) {
  test(`nothing shows by ${name}`, () => assert.ok(!print().includes(canary)));
}

test('a redacted value says that it is one', () => {
  assert.equal(JSON.stringify({ a: secret }), '{"a":"[redacted]"}');
  assert.equal(inspect(secret), '[redacted]');
});
