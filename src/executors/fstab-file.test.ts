import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFstab, renderLine } from './fstab-file.ts';
import { escapeField, unescapeField } from './mounted-file-systems.ts';

test('a letter whose byte is a blank in Latin-1 does not end a field', () => {
  const text = Buffer.from('LABEL=x /mnt/\u00e0 la carte\\040b ext4\n').toString('latin1');
  assert.equal(parseFstab(text)[0]?.mountPoint, '/mnt/\u00e0');
  const line = {
    spec: '/dev/b',
    mountPoint: '/mnt/\u00e0\u00a0\u2028 b',
    type: 'auto',
    options: 'ro',
    dump: '0',
    pass: '0',
  };
  assert.deepEqual(
    parseFstab(renderLine(line)).map(({ mountPoint, isOurs }) => [mountPoint, isOurs]),
    [[line.mountPoint, true]],
  );
});

test('blanks of ASCII and backslashes are three octal digits', () => {
  assert.equal(escapeField('a b\tc\n\\'), 'a\\040b\\011c\\012\\134');
  assert.equal(unescapeField('a\\040b\\011c\\012\\134'), 'a b\tc\n\\');
});
