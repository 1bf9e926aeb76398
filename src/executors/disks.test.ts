import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FileSystemAction, GrowPartitionAction, PartitionTableAction } from '../core/action.ts';
import { fileSystem } from './file-system.ts';
import { growFileSystem } from './grow-file-system.ts';
import { growPartition } from './grow-partition.ts';
import { fillCommand } from './make-file-system.ts';
import { partitionTable } from './partition-table.ts';
import { createDiskHost, testContext } from './testing/disks.ts';

const device = { written: '/dev/vdb', nodes: ['/dev/vdb'] };
const empty = { name: 'vdb', sectors: 204_800 };
const divided = {
  ...empty,
  parts: [
    { start: 2048, sectors: 4096 },
    { start: 6144, sectors: 4096 },
  ],
};
const gptDump = JSON.stringify({ partitiontable: { label: 'gpt', partitions: [{ type: 'A' }, { type: 'B' }] } });
type Guest = Parameters<typeof createDiskHost>[0];

/** Commands that change a disk. */
const writers = /^(sfdisk --wipe|wipefs|mk|\/bin\/sh|growpart)/;

function guest(given: Guest) {
  const made = createDiskHost({
    ...given,
    run: (argv, options) => given?.run?.(argv, options) ?? (argv[1] === '--json' ? { stdout: gptDump } : undefined),
  });
  const written = () =>
    made.commands.map(({ argv }) => argv.join(' ').replace('/usr/sbin/', '')).filter((text) => writers.test(text));
  return { ...made, written };
}

describe('partitionTable', () => {
  const action: PartitionTableAction = {
    ...{ kind: 'partitionTable', device, table: 'gpt', overwrite: false },
    parts: [{ percent: 25 }, { percent: 75, type: 'B' }],
  };
  const left: readonly [
    name: string,
    given: Guest,
    action: Partial<PartitionTableAction>,
    message: RegExp | undefined,
  ][] = [
    [
      'a file system',
      { disks: [empty], contents: { '/dev/vdb': 'TYPE=xfs\nLABEL=a\\ b\n' } },
      {},
      /a file system \(xfs, labelled "a b"\)/,
    ],
    ['a member of something', { disks: [empty], contents: { '/dev/vdb': 'TYPE=LVM2_member\n' } }, {}, /LVM2_member/],
    ['several signatures', { disks: [empty], contents: { '/dev/vdb': 'ambivalent' } }, {}, /several signatures/],
    [
      'another table',
      { disks: [empty], contents: { '/dev/vdb': 'PTTYPE=dos\n' } },
      { table: 'mbr' },
      /partition table \(mbr\)/,
    ],
    ['partitions that blkid does not see', { disks: [divided] }, {}, /2 partitions/],
    ['the same parts', { disks: [divided], contents: { '/dev/vdb': 'PTTYPE=gpt\n' } }, { overwrite: true }, undefined],
    [
      'any parts where one is asked for',
      { disks: [divided], contents: { '/dev/vdb': 'PTTYPE=gpt\n' } },
      { parts: [{ percent: 100 }], overwrite: true },
      undefined,
    ],
    ['an empty disk without a table', { disks: [empty] }, { parts: [], overwrite: true }, undefined],
    [
      'partitions with content',
      { disks: [divided], contents: { '/dev/vdb': 'PTTYPE=gpt\n', '/dev/vdb2': 'TYPE=ext4\n' } },
      { parts: [] },
      /\/dev\/vdb2 holds a file system \(ext4\)/,
    ],
    [
      'a name of the cloud',
      {},
      { device: { written: 'ephemeral0', nodes: [], sign: { label: 'ephemeral0' } } },
      /no device ephemeral0/,
    ],
  ];
  for (const [name, given, changes, message] of left)
    it(`leaves ${name}`, async () => {
      const { host, written } = guest(given);
      const applied = await partitionTable.apply({ ...action, ...changes }, host, testContext);
      assert.equal(applied?.idle, true);
      if (message === undefined) assert.equal(partitionTable.inspect({ ...action, ...changes }, host).state, 'same');
      else assert.match(applied.message ?? '', message);
      assert.deepEqual(written(), []);
    });

  const refused: readonly [name: string, given: Guest, action: Partial<PartitionTableAction>, message: RegExp][] = [
    ['an absent disk', {}, {}, /\/dev\/vdb: no such block device/],
    ['a partition', { disks: [divided] }, { device: { written: 'x', nodes: ['/dev/vdb1'] } }, /a partition, no disk/],
    ['a mounted partition', { disks: [divided], mounted: { '/srv': '/dev/vdb2' } }, {}, /in use \(mounted on \/srv\)/],
    [
      'swap',
      { disks: [empty], files: { '/proc/swaps': 'F\n/dev/vdb partition 1 0 -2\n' } },
      {},
      /in use \(swapped to\)/,
    ],
    ['a volume', { disks: [empty], files: { '/sys/class/block/vdb/holders/dm-0': '' } }, {}, /in use \(part of dm-0\)/],
    [
      'a disk that cannot be read',
      {
        disks: [empty],
        run: (argv) => (argv[0]?.endsWith('blkid') ? { status: 4, stderr: 'blkid: I/O error\n' } : undefined),
      },
      {},
      /cannot be told: blkid exited 4/,
    ],
    [
      'a guest without blkid',
      { disks: [empty], which: (name) => (name === 'blkid' ? undefined : `/usr/sbin/${name}`) },
      {},
      /blkid: command not found/,
    ],
    [
      'a guest without sfdisk',
      { disks: [empty], which: (name) => (name === 'sfdisk' ? undefined : `/usr/sbin/${name}`) },
      {},
      /sfdisk: command not found/,
    ],
    ['a read-only disk', { disks: [empty], files: { '/sys/class/block/vdb/ro': '1\n' } }, {}, /read-only/],
    ['a disk that is too small', { disks: [{ ...empty, sectors: 4096 }] }, {}, /too small/],
  ];
  for (const [name, given, changes, message] of refused)
    it(`refuses ${name}, even where it may overwrite`, () => {
      const { host, written } = guest(given);
      assert.throws(() => partitionTable.apply({ ...action, overwrite: true, ...changes }, host, testContext), message);
      assert.deepEqual(written(), []);
    });

  it('writes sizes and types, and touches old signatures only where it may', () => {
    for (const overwrite of [false, true]) {
      const { host, commands, written } = guest({ disks: [empty] });
      // The kernel of this host never shows the partitions.
      assert.throws(
        () => partitionTable.apply({ ...action, overwrite }, host, testContext),
        /the kernel does not show 2/,
      );
      const wipe = overwrite ? 'always' : 'never';
      assert.deepEqual(written(), [`sfdisk --wipe ${wipe} --wipe-partitions ${wipe} /dev/vdb`]);
      assert.equal(commands.find(({ input }) => input !== undefined)?.input, 'label: gpt\nsize=25MiB\ntype=B\n');
    }
  });
});

describe('fileSystem', () => {
  const action: FileSystemAction = {
    ...{ kind: 'fileSystem', device, choice: 'exact', type: 'ext4', label: 'data', overwrite: false, options: [] },
  };
  const ext4 = 'TYPE=ext4\nLABEL=data\n';

  it('makes one on an empty device, and looks', async () => {
    let made = false;
    const { host, written } = guest({
      disks: [empty],
      run: ([name = '']) => {
        if (name.includes('mkfs')) made = true;
        return name.endsWith('blkid') && made ? { stdout: ext4 } : undefined;
      },
    });
    assert.equal(fileSystem.inspect(action, host).state, 'differs');
    await fileSystem.apply(action, host, testContext);
    assert.deepEqual(written(), ['mkfs.ext4 -F -q -L data /dev/vdb']);
    assert.deepEqual(fileSystem.inspect({ ...action, overwrite: true }, host), { state: 'same' });
  });

  const kept: readonly [
    name: string,
    contents: Record<string, string>,
    action: Partial<FileSystemAction>,
    message: RegExp,
  ][] = [
    ['another kind', { '/dev/vdb': 'TYPE=xfs\n' }, {}, /\/dev\/vdb is left as it is: it holds a file system \(xfs\)/],
    ['another label', { '/dev/vdb': 'TYPE=ext4\nLABEL=x\n' }, {}, /labelled "x"/],
    ['a partition table', { '/dev/vdb': 'PTTYPE=gpt\n' }, {}, /a partition table \(gpt\)/],
    ['what is not to be replaced', { '/dev/vdb': 'TYPE=xfs\n' }, { replaces: 'ntfs' }, /\(xfs\)/],
    ['anything, for a command without a kind', { '/dev/vdb': 'PTTYPE=dos\n' }, { command: 'x' }, /a partition table/],
  ];
  for (const [name, contents, changes, message] of kept)
    it(`leaves ${name}`, async () => {
      const { host, written } = guest({ disks: [empty], contents });
      assert.throws(() => fileSystem.apply({ ...action, ...changes }, host, testContext), message);
      const applied = await fileSystem.apply({ ...action, ...changes, choice: 'auto' }, host, testContext);
      assert.match(applied?.message ?? '', message);
      assert.deepEqual(written(), []);
    });

  it('leaves a disk with partitions, and each of them that holds something', async () => {
    const { host, written } = guest({
      disks: [divided],
      contents: { '/dev/vdb1': 'TYPE=xfs\n', '/dev/vdb2': 'TYPE=swap\n' },
    });
    assert.throws(() => fileSystem.apply(action, host, testContext), /it has 2 partitions/);
    for (const overwrite of [false, true]) {
      const applied = await fileSystem.apply({ ...action, choice: 'any', overwrite }, host, testContext);
      assert.match(applied?.message ?? '', /each of its partitions holds something/);
    }
    assert.deepEqual(written(), []);
  });

  const searches: readonly [
    name: string,
    contents: Record<string, string>,
    action: Partial<FileSystemAction>,
    target: string | undefined,
  ][] = [
    ['the first free one', { '/dev/vdb1': 'TYPE=xfs\n' }, {}, '/dev/vdb2'],
    ['none when one is there, wherever', { '/dev/vdb2': ext4 }, {}, undefined],
    ['one to replace before a free one', { '/dev/vdb2': 'TYPE=ntfs\n' }, { replaces: 'ntfs' }, '/dev/vdb2'],
    ['none for any label', { '/dev/vdb1': 'TYPE=ext4\nLABEL=other\n' }, { choice: 'any' }, undefined],
    ['a free one for another label', { '/dev/vdb1': 'TYPE=ext4\nLABEL=other\n' }, { choice: 'auto' }, '/dev/vdb2'],
  ];
  for (const [name, contents, changes, target] of searches)
    it(`finds ${name}`, () => {
      const { host } = guest({ disks: [divided], contents });
      const seen = fileSystem.inspect({ ...action, choice: 'auto', ...changes }, host);
      if (target === undefined) assert.equal(seen.state, 'same');
      else assert.ok(seen.state === 'differs' && seen.changes[0]?.what.startsWith(`${target} `), JSON.stringify(seen));
    });

  it('overwrites only what is not in use, and only with the tool at hand', () => {
    const contents = { '/dev/vdb': 'TYPE=xfs\n' };
    const busy = guest({ disks: [empty], contents, mounted: { '/x': '/dev/vdb' } });
    assert.throws(
      () => fileSystem.apply({ ...action, overwrite: true }, busy.host, testContext),
      /in use \(mounted on \/x\)/,
    );
    const bare = guest({
      disks: [empty],
      contents,
      which: (name) => (name.startsWith('mk') ? undefined : `/usr/sbin/${name}`),
    });
    assert.throws(
      () => fileSystem.apply({ ...action, overwrite: true }, bare.host, testContext),
      /mkfs\.ext4: command not found/,
    );
    assert.deepEqual([...busy.written(), ...bare.written()], []);
  });

  it('fills a command in: words of a list as they are, a text for the shell with quotes', () => {
    const values = { node: '/dev/vdb', label: "a'; reboot", type: 'ext4' };
    assert.deepEqual(fillCommand(['x', '%(label)s', '100%%'], values), ['x', "a'; reboot", '100%']);
    assert.deepEqual(fillCommand('x -L %(label)s %(device)s', values), [
      '/bin/sh',
      '-c',
      "x -L 'a'\\''; reboot' /dev/vdb",
    ]);
  });
});

describe('growPartition', () => {
  const action: GrowPartitionAction = {
    kind: 'growPartition',
    place: '/',
    tool: 'auto',
    unlessExists: '/etc/growroot-disabled',
  };
  const vda = (sectors: number, parts = [{ start: 2048, sectors: 100_000 }]) => ({ name: 'vda', sectors, parts });
  const cases: readonly [name: string, given: Guest, state: string, place?: string][] = [
    ['room behind it', { disks: [vda(200_000)], mounted: { '/': '/dev/vda1' } }, 'differs'],
    ['none', { disks: [vda(102_100)], mounted: { '/': '/dev/vda1' } }, 'same'],
    [
      'another partition behind it',
      {
        disks: [
          vda(900_000, [
            { start: 2048, sectors: 100_000 },
            { start: 102_048, sectors: 10 },
          ]),
        ],
        mounted: { '/': '/dev/vda1' },
      },
      'same',
    ],
    [
      'switched off',
      { disks: [vda(200_000)], mounted: { '/': '/dev/vda1' }, files: { '/etc/growroot-disabled': '' } },
      'same',
    ],
    ['no partition', { disks: [empty], mounted: { '/': '/dev/vdb' } }, 'unknown'],
    ['no device', { mounted: { '/': 'overlay' } }, 'unknown'],
    ['below --root', { live: false }, 'same'],
  ];
  for (const [name, given, state] of cases)
    it(name, async () => {
      const { host, written } = guest(given);
      assert.equal(growPartition.inspect(action, host).state, state);
      if (state === 'unknown') assert.equal((await growPartition.apply(action, host, testContext))?.idle, true);
      assert.deepEqual(written(), []);
    });

  it('an absent device that is named is a failure; so is a tool that is asked for and missing', () => {
    assert.throws(
      () => growPartition.apply({ ...action, place: '/dev/vdq1' }, guest({}).host, testContext),
      /no such block device/,
    );
    const { host } = guest({
      disks: [vda(200_000)],
      mounted: { '/': '/dev/vda1' },
      which: (name) => (name === 'growpart' ? undefined : `/usr/sbin/${name}`),
    });
    assert.throws(
      () => growPartition.apply({ ...action, tool: 'growpart' }, host, testContext),
      /growpart: command not found/,
    );
  });

  it('finds the root that the kernel has mounted itself', () => {
    const files = { '/sys/dev/block/0:0/uevent': 'DEVNAME=vda1\n' };
    const { host } = guest({ disks: [vda(200_000)], mounted: { '/': '/dev/root' }, files });
    assert.equal(growPartition.inspect(action, host).state, 'differs');
  });
});

describe('growFileSystem', () => {
  it('runs the tool of the file system, and says when nothing came of it', async () => {
    const { host, commands } = guest({
      disks: [empty],
      mounted: { '/': '/dev/vdb' },
      run: ([name = '']) => (name.endsWith('stat') ? { stdout: '4096 1000\n' } : undefined),
    });
    const applied = await growFileSystem.apply({ kind: 'growFileSystem', mountPoint: '/' }, host, testContext);
    assert.deepEqual(applied, { idle: true });
    assert.ok(commands.some(({ argv }) => argv.join(' ') === '/usr/sbin/resize2fs /dev/vdb'));
  });

  it('leaves what it cannot grow', async () => {
    const { host, commands } = guest({ mounted: { '/': 'overlay' } });
    const applied = await growFileSystem.apply({ kind: 'growFileSystem', mountPoint: '/' }, host, testContext);
    assert.match(applied?.message ?? '', /overlay is not grown/);
    assert.deepEqual(commands, []);
  });
});
