import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum, checksumWords } from './checksum.ts';

/** Sectors of 512 bytes, each filled with one number. */
function makeDrive(...fills: readonly number[]): Uint32Array {
  const words = new Uint32Array(fills.length * 128);
  for (const [index, fill] of fills.entries()) words.fill(fill, index * 128, (index + 1) * 128);
  return words;
}

test('text and the bytes of it have the sums that FNV-1a gives', () => {
  assert.equal(checksum(''), '811c9dc5');
  assert.equal(checksum('foobar'), 'bf9cf968');
  assert.equal(checksum(Buffer.from('foobar')), 'bf9cf968');
});

test('a drive has another sum when a sector is another one, or in another place, or one more', () => {
  const sums = [
    makeDrive(0, 0, 0),
    makeDrive(0, 0, 1),
    makeDrive(0, 1, 0),
    makeDrive(0, 1, 1),
    makeDrive(1, 0, 0),
    makeDrive(1, 0, 1),
    makeDrive(1, 1, 0),
    makeDrive(1, 1, 2),
    makeDrive(1, 2, 2),
    makeDrive(2, 2, 1),
  ].map(checksumWords);
  assert.equal(new Set(sums).size, sums.length);
  for (const sum of sums) assert.match(sum, /^[0-9a-f]{16}$/);
});

test('one bit of a drive makes another sum, wherever it is', () => {
  const drive = makeDrive(0, 7, 7, 7);
  const sum = checksumWords(drive);
  for (let index = 0; index < drive.length; index += 31) {
    const other = drive.slice();
    other[index] = (other[index] ?? 0) ^ 0x10000;
    assert.notEqual(checksumWords(other), sum, `word ${index}`);
  }
});

test('the end of what was read need not be a whole sector', () => {
  assert.notEqual(checksumWords(new Uint32Array([1, 2, 3])), checksumWords(new Uint32Array([1, 2])));
});
