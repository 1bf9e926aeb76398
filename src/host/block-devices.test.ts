import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listBlockDevices, parseBlkid } from './block-devices.ts';

test('blkid -o export: one block of lines a device, in util-linux and in older forms', () => {
  const text = [
    'DEVNAME=/dev/vda1',
    'UUID=0e4d',
    'TYPE=ext4',
    '',
    'DEVNAME=/dev/sr0',
    'BLOCK_SIZE=2048',
    'UUID=2026-01-01-00-00-00-00',
    'LABEL=config-2',
    'TYPE=iso9660',
    '',
    'DEVNAME=/dev/vdb',
    'LABEL_FATBOOT=CONFIG-2',
    'LABEL=CONFIG-2',
    'TYPE=vfat',
    '',
  ].join('\n');
  assert.deepEqual(parseBlkid(text), [
    { name: '/dev/vda1', label: '' },
    { name: '/dev/sr0', label: 'config-2' },
    { name: '/dev/vdb', label: 'CONFIG-2' },
  ]);
});

test('other labels are not taken for LABEL, escaped characters are read back, junk is nothing', () => {
  assert.deepEqual(parseBlkid('DEVNAME=/dev/vda1\nPARTLABEL=config-2\nLABEL_FATBOOT=config-2\n'), [
    { name: '/dev/vda1', label: '' },
  ]);
  assert.deepEqual(parseBlkid('DEVNAME=/dev/vda1\nLABEL=a\\ b\\\\c\n'), [{ name: '/dev/vda1', label: 'a b\\c' }]);
  assert.deepEqual(parseBlkid(''), []);
  assert.deepEqual(parseBlkid('blkid: error\n\nLABEL=config-2\n'), []);
});

test('block devices of this machine are device nodes, without RAM disks', () => {
  for (const path of listBlockDevices()) assert.match(path, /^\/dev\/(?!ram|zram|fd\d|nbd)/);
});
