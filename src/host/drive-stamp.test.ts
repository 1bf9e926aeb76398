import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildIso9660 } from '../drive-image/iso9660.ts';
import { buildVfat } from '../drive-image/vfat.ts';
import { readDriveStamp } from './drive-stamp.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-stamp-'));
after(() => fs.rmSync(folder, { recursive: true }));

function stampOf(image: Uint8Array): string | undefined {
  const path = join(folder, 'image');
  fs.writeFileSync(path, image);
  return readDriveStamp(path);
}

const tree = new Map([['ec2/latest/meta-data.json', new TextEncoder().encode('{"instance-id":"i-0000000a"}')]]);
const other = new Map([['ec2/latest/meta-data.json', new TextEncoder().encode('{"instance-id":"i-0000000b"}')]]);
const time = new Date('2026-01-01T00:00:00.120Z');
const later = new Date('2026-01-01T00:00:00.130Z');

test('the same drive has the same stamp', () => {
  const stamp = stampOf(buildIso9660(tree, { label: 'config-2', time }));
  assert.match(stamp ?? '', /^\d+-[0-9a-f]{16}$/);
  assert.equal(stampOf(buildIso9660(tree, { label: 'config-2', time })), stamp);
});

test('one built a hundredth of a second later, or with another content, has another', () => {
  const stamps = [
    stampOf(buildIso9660(tree, { label: 'config-2', time })),
    stampOf(buildIso9660(tree, { label: 'config-2', time: later })),
    stampOf(buildIso9660(other, { label: 'config-2', time })),
    stampOf(buildVfat(tree, { label: 'config-2', time })),
    stampOf(buildVfat(other, { label: 'config-2', time })),
  ];
  assert.equal(new Set(stamps).size, stamps.length);
});

test('a device that cannot be read has none', () => {
  assert.equal(readDriveStamp(join(folder, 'nothing')), undefined);
  assert.equal(readDriveStamp(folder), undefined);
});
