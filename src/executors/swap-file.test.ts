import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwapFileAction } from '../core/action.ts';
import { suggestSwapBytes } from '../core/swap-size.ts';
import { swapFile } from './swap-file.ts';
import { createDiskHost, testContext } from './testing/disks.ts';

const mib = 1024 ** 2;
const gib = 1024 ** 3;
const action: SwapFileAction = { kind: 'swapFile', path: '/swap.img', bytes: 64 * mib };

async function apply(
  given: Partial<SwapFileAction>,
  guest: { type?: string; freeMib?: number; files?: Record<string, string>; fail?: string },
) {
  const { type = 'ext4', freeMib = 1000, files = {}, fail } = guest;
  const made = createDiskHost({
    disks: [{ name: 'vda', sectors: 8 }],
    files: { '/proc/meminfo': `MemTotal:  ${512 * 1024} kB\n`, ...files },
    run: (argv) => {
      const name = argv[0]?.replace('/usr/sbin/', '');
      if (name === fail) return { status: 1, stderr: `${name}: no\n` };
      return name === 'stat' ? { stdout: `4096 ${freeMib * 256}\n` } : undefined;
    },
  });
  const mountinfo = `30 1 8:0 / / rw - ${type} /dev/vda rw\n`;
  made.files.set('/proc/self/mountinfo', {
    kind: 'file',
    content: Buffer.from(mountinfo),
    mode: 0o444,
    uid: 0,
    gid: 0,
  });
  const commands = () =>
    made.commands
      .map(({ argv }) => argv.join(' ').replace('/usr/sbin/', ''))
      .filter((text) => !text.startsWith('stat'));
  return { ...made, commands, run: async () => swapFile.apply({ ...action, ...given }, made.host, testContext) };
}

describe('swapFile', () => {
  const ways: readonly [type: string, fail: string | undefined, expected: RegExp][] = [
    ['ext4', undefined, /^fallocate -l 67108864 \S+;mkswap/],
    ['xfs', undefined, /^fallocate/],
    ['btrfs', undefined, /^chattr \+C \S+;fallocate/],
    ['ext4', 'fallocate', /^fallocate [^;]*;dd if=\/dev\/zero of=\S+ bs=1048576 count=64;mkswap/],
    ['ext3', undefined, /^dd /],
    ['f2fs', undefined, /^dd /],
  ];
  for (const [type, fail, expected] of ways)
    it(`on ${type}${fail === undefined ? '' : ` without ${fail}`}`, async () => {
      const { run, commands, host } = await apply({}, { type, ...(fail === undefined ? {} : { fail }) });
      assert.equal((await run())?.message, '64 MiB');
      assert.match(commands().join(';'), expected);
      assert.deepEqual([host.stat('/swap.img')?.mode, host.stat('/swap.img.guest-init-new')], [0o600, undefined]);
    });

  const refusals: readonly [
    name: string,
    given: Partial<SwapFileAction>,
    guest: Parameters<typeof apply>[1],
    reason: RegExp,
  ][] = [
    ['a file of somebody', {}, { files: { '/swap.img': 'data' } }, /\/swap\.img is there and no swap file/],
    ['too little room', {}, { freeMib: 63 }, /64 MiB asked for, 63 MiB free/],
    ['a file system without swap files', {}, { type: 'tmpfs' }, /no swap files on tmpfs/],
    ['a tool that fails', {}, { fail: 'mkswap' }, /mkswap exited 1: mkswap: no/],
  ];
  for (const [name, given, guest, reason] of refusals)
    it(`leaves nothing behind: ${name}`, async () => {
      const { run, host } = await apply(given, guest);
      await assert.rejects(run, reason);
      assert.equal(host.stat('/swap.img.guest-init-new'), undefined);
      assert.equal(host.readText('/swap.img'), guest.files?.['/swap.img']);
    });

  it('is the same while it is in use', () => {
    const { host } = createDiskHost({ files: { '/proc/swaps': 'Filename\n/swap.img file 65532 0 -2\n' } });
    assert.deepEqual(swapFile.inspect(action, host), { state: 'same' });
  });

  it('is sized by memory, and by the room there is', async () => {
    const auto = async (given: Partial<SwapFileAction>, freeMib: number) =>
      (await (await apply({ bytes: 'auto', ...given }, { freeMib })).run())?.message;
    assert.equal(await auto({}, 100_000), '512 MiB');
    assert.equal(await auto({}, 1000), '250 MiB');
    assert.equal(await auto({ maxBytes: 100 * mib }, 1000), '100 MiB');
    assert.match((await auto({}, 2)) ?? '', /leave room/);
  });
});

describe('the size that is suggested', () => {
  const cases: readonly [memory: number, free: number, max: number | undefined, expected: number][] = [
    [gib, 100 * gib, undefined, gib],
    [8 * gib, 100 * gib, undefined, 4 * gib],
    [64 * gib, 100 * gib, undefined, 8 * gib],
    [2 * gib, 4 * gib, undefined, gib],
    [2 * gib, 100 * gib, 512 * mib, 512 * mib],
    [4 * gib, 2 * gib, 10 * gib, Math.floor(2 * 0.9 * 1024) * mib],
  ];
  for (const [memory, free, maxBytes, expected] of cases)
    it(`${memory / gib} GiB of memory, ${free / gib} GiB free, at most ${maxBytes ?? '-'}`, () => {
      assert.equal(suggestSwapBytes({ memory, free, ...(maxBytes === undefined ? {} : { maxBytes }) }), expected);
    });
});
