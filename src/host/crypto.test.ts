import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sha256, sha256Base64 } from './crypto.ts';

test('digests are those of SHA-256, of any length and asked for again', () => {
  const bytes = Buffer.alloc(3000);
  for (let length = 0; length <= bytes.length; length += length < 130 ? 1 : 97) {
    const content = bytes.subarray(0, length);
    for (const fill of [1, 2, 2]) {
      content.fill(fill);
      const expected = createHash('sha256').update(content).digest();
      assert.equal(sha256(content), expected.toString('hex'), `${length} bytes`);
      assert.equal(sha256(content.toString('latin1')), expected.toString('hex'), `${length} characters`);
      assert.equal(`${sha256Base64(content)}=`, expected.toString('base64'));
    }
  }
});
