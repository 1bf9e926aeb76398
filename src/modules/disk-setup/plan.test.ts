import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { mayBeSame, parseDeviceName, splitDevice } from './device-name.ts';
import { diskSetup } from './index.ts';
import { readPartitionType } from './partition-types.ts';

describe('disk_setup, fs_setup: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number][] = [
    [
      'nothing about good ones',
      'disk_setup: {vdb: {layout: true}}\nfs_setup: [{filesystem: ext4, device: vdb.1}]\n',
      [],
      2,
    ],
    [
      'more than there is',
      'disk_setup: {vdb: {layout: [60, 60]}}\n',
      [/error .*disk_setup\.vdb\.layout \| value \| 120 % of the disk/],
      0,
    ],
    [
      'a share of nothing: all of the layout',
      'disk_setup: {vdb: {layout: [0, 100]}}\n',
      [/vdb\.layout \| .*shares in percent/],
      0,
    ],
    [
      'a word that is none: all of the command',
      'fs_setup: [{device: vdb, cmd: [mkfs, [x], /dev/vdb]}]\n',
      [/fs_setup\[0\]\.cmd \| .*a list of texts/],
      0,
    ],
    [
      'five in an mbr table',
      'disk_setup: {vdb: {layout: [9, 9, 9, 9, 9]}}\n',
      [/at most 4 partitions; gpt takes more/],
      0,
    ],
    [
      'a type that gpt lacks',
      'disk_setup: {vdb: {table_type: gpt, layout: [[100, 99]]}}\n',
      [/layout\[0\] \| value \| not a partition type of a gpt/],
      0,
    ],
    ['another table', 'disk_setup: {vdb: {table_type: sun, layout: true}}\n', [/"mbr" or "gpt"/], 0],
    ['a table in a partition', 'disk_setup: {vdb.1: {layout: true}}\n', [/a partition cannot have/], 0],
    ['no device', 'disk_setup: {data: {layout: true}}\n', [/neither a path below \/dev/], 0],
    [
      'one disk twice',
      'device_aliases: {a: /dev/vdb}\ndisk_setup: {vdb: {layout: true}, a: {layout: [50]}}\n',
      [/disk_setup\.a \| conflict \| the same disk as vdb/],
      1,
    ],
    ['no kind', 'fs_setup: [{device: vdb}]\n', [/fs_setup\[0\] \| missing \| .*filesystem/], 0],
    [
      'two partitions named',
      'fs_setup: [{device: vdb.1, partition: 2, filesystem: ext4}]\n',
      [/warning .*fs_setup\[0\]\.partition \| conflict \| vdb\.1 names partition 1/],
      1,
    ],
    [
      'options for a command',
      'fs_setup: [{device: vdb, cmd: x, extra_opts: -f}]\n',
      [/warning .*extra_opts \| conflict/],
      1,
    ],
    [
      'an option in place of a kind',
      'fs_setup: [{device: vdb, filesystem: "-c x"}]\n',
      [/fs_setup\[0\]\.filesystem/],
      0,
    ],
    [
      'an unknown key',
      'fs_setup: [{device: vdb, filesystem: ext4, lable: x}]\n',
      [/unknown-key \| .*did you mean "label"/, /error .*fs_setup\[0\] \| refused \| nothing is done/],
      0,
    ],
    [
      'an unknown key of a disk',
      'disk_setup: {vdb: {layout: true, tabel_type: gpt}}\n',
      [/unknown-key/, /disk_setup\.vdb \| refused/],
      0,
    ],
  ];
  for (const [name, body, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(diskSetup, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
    });
});

describe('names of devices', () => {
  const names = { aliases: { big: '/dev/vdc', chained: 'vdd' }, mapping: {} };
  const cases: readonly [written: string, expected: string | undefined][] = [
    ['/dev/vdb', '/dev/vdb -'],
    ['/dev/vdb1', '/dev/vdb 1'],
    ['xvdba3', '/dev/xvdba 3'],
    ['nvme1n1', '/dev/nvme1n1 -'],
    ['nvme1n1p2', '/dev/nvme1n1 2'],
    ['vdb.2', '/dev/vdb 2'],
    ['vdb.0', '/dev/vdb -'],
    ['big', '/dev/vdc -'],
    ['big.3', '/dev/vdc 3'],
    ['chained', '/dev/vdd -'],
    ['/dev/disk/by-id/x-part4', '/dev/disk/by-id/x 4'],
    ['/dev/mapper/a.b', '/dev/mapper/a.b -'],
    ['ephemeral', 'ephemeral -'],
    ['swap', 'swap -'],
    ['LABEL=x', undefined],
    ['server:/x', undefined],
    ['tmpfs', undefined],
    ['constructor', undefined],
  ];
  for (const [written, expected] of cases)
    it(written, () => {
      const name = parseDeviceName(written, names);
      const split = name && splitDevice(name);
      assert.equal(split && `${split.disk} ${split.partition ?? '-'}`, expected);
    });

  it('a disk stands for any of its partitions', () => {
    const parse = (written: string) => parseDeviceName(written, names) ?? assert.fail(written);
    assert.ok(mayBeSame(parse('vdb'), parse('vdb.2')) && mayBeSame(parse('/dev/vdb2'), parse('vdb.2')));
    assert.ok(!mayBeSame(parse('vdb1'), parse('vdb.2')) && !mayBeSame(parse('vdb'), parse('vdc')));
  });
});

describe('partition types', () => {
  const cases: readonly [written: string | number, mbr: string | undefined, gpt: string | undefined][] = [
    [83, '83', '0FC63DAF-8483-4772-8E79-3D69D8477DE4'],
    [82, '82', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F'],
    [8200, '82', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F'],
    ['8E', '8e', 'E6D6D379-F507-44C2-A23C-238F2A3DF928'],
    ['0x8e', '8e', 'E6D6D379-F507-44C2-A23C-238F2A3DF928'],
    ['EF00', 'ef', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'],
    [7, '7', 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'],
    ['07', '7', 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'],
    ['0fc63daf-8483-4772-8e79-3d69d8477de4', undefined, '0FC63DAF-8483-4772-8E79-3D69D8477DE4'],
    [0, undefined, undefined],
    [999, undefined, undefined],
    ['Linux', undefined, undefined],
    ['83, bootable', undefined, undefined],
  ];
  for (const [written, mbr, gpt] of cases)
    it(String(written), () => {
      assert.deepEqual([readPartitionType(written, 'mbr'), readPartitionType(written, 'gpt')], [mbr, gpt]);
    });
});
