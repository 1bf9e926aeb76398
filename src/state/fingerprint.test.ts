import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureCpuTime } from '../../test/support/cpu-time.ts';
import type { FileAction } from '../core/action.ts';
import { Secret } from '../core/secret.ts';
import { fingerprintAction } from './fingerprint.ts';

const file = (content: FileAction['content'], mode = 0o644): string =>
  fingerprintAction({ kind: 'file', path: '/a', content, mode });

test('equal actions have equal fingerprints, different ones do not', () => {
  assert.equal(file('a'), file('a'));
  assert.notEqual(file('a'), file('b'));
  assert.notEqual(file('a'), file('a', 0o600));
  assert.notEqual(
    fingerprintAction({ kind: 'exec', label: 'x', command: { argv: ['a', 'b'] } }),
    fingerprintAction({ kind: 'exec', label: 'x', command: { argv: ['a b'] } }),
  );
});

test('bytes count by their content, whatever kind of array holds them', () => {
  assert.equal(file(Uint8Array.of(1, 2)), file(Buffer.from([1, 2])));
  assert.notEqual(file(Uint8Array.of(1, 2)), file(Uint8Array.of(1, 3)));
  const script = (bytes: Uint8Array): string =>
    fingerprintAction({ kind: 'exec', label: 'x', command: { script: bytes, name: 'user_data' } });
  assert.equal(script(Uint8Array.of(1)), script(Buffer.from([1])));
  assert.notEqual(script(Uint8Array.of(1)), script(Buffer.from([2])));
});

test('long bytes count by their content, too', () => {
  const long = new Uint8Array(200_000);
  const other = Uint8Array.from(long);
  other[199_999] = 1;
  const view = Buffer.concat([Buffer.alloc(3), long]).subarray(3);
  assert.equal(file(long), file(view));
  assert.notEqual(file(long), file(other));
  assert.notEqual(file(long), file(long.subarray(1)));
});

test('four mebibytes of a Buffer are not spelled out as a list of numbers', async () => {
  const bytes = new Uint8Array(4 * 1024 * 1024);
  const spelled = await measureCpuTime(() => JSON.stringify([...bytes]));
  const made = await measureCpuTime(() => file(bytes));
  assert.ok(made < spelled / 2, `${made} ms, and ${spelled} ms to spell them out`);
});

test('nothing of a secret is in it', () => {
  assert.equal(file(new Secret('a')), file(new Secret('b')));
});
