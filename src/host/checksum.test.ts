import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from './checksum.ts';

test('text and the bytes of it have the sum that CRC-32 gives', () => {
  // The check value of the catalogue of parametrised CRC algorithms.
  assert.equal(checksum('123456789'), 'cbf43926');
  assert.equal(checksum(Buffer.from('123456789')), 'cbf43926');
  assert.equal(checksum(''), '00000000');
  assert.equal(checksum('h\u00fcte \u{1f3a9}'), checksum(Buffer.from('h\u00fcte \u{1f3a9}')));
});

test('one bit makes another sum, wherever it is', () => {
  const content = Buffer.alloc(4096, 7);
  const sum = checksum(content);
  for (let bit = 0; bit < content.length * 8; bit += 31) {
    const other = Buffer.from(content);
    other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.notEqual(checksum(other), sum, `bit ${bit}`);
  }
});
