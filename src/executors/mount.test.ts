import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FstabAction, MountAction } from '../core/action.ts';
import { fstab } from './fstab.ts';
import { mount } from './mount.ts';
import { createDiskHost, testContext } from './testing/disks.ts';

const vdb = { name: 'vdb', sectors: 65536 };
const entry: MountAction = {
  ...{ kind: 'mount', source: { written: 'vdb', nodes: ['/dev/vdb'] }, mountPoint: '/data' },
  ...{ type: 'auto', options: 'defaults,nofail', dump: '0', pass: '2' },
};
const line = '/dev/vdb\t/data\tauto\tdefaults,nofail,comment=guest-init\t0\t2\n';
type Guest = Parameters<typeof createDiskHost>[0];

async function apply(action: MountAction, guest: Guest) {
  const made = createDiskHost(guest);
  const applied = await mount.apply(action, made.host, testContext);
  const commands = made.commands.map(({ argv }) => argv.join(' ').replace('/usr/sbin/', ''));
  return { ...made, applied, commands, text: made.host.readText('/etc/fstab') ?? '' };
}

describe('mount: /etc/fstab', () => {
  const cases: readonly [
    name: string,
    action: Partial<MountAction>,
    files: Record<string, string>,
    expected: string,
  ][] = [
    ['a first line', {}, {}, line],
    [
      'after those of the image',
      {},
      { '/etc/fstab': 'UUID=1 / ext4 defaults 0 1\n' },
      `UUID=1 / ext4 defaults 0 1\n${line}`,
    ],
    ['a last line without its end', {}, { '/etc/fstab': '# mine' }, `# mine\n${line}`],
    [
      'in place of an own one',
      {},
      { '/etc/fstab': '/dev/vdz /data xfs ro,comment=guest-init 0 0\n# end\n' },
      `${line}# end\n`,
    ],
    ['in place of two own ones', {}, { '/etc/fstab': `${line}/dev/vdz /data xfs comment=guest-init 0 0\n` }, line],
    [
      'beside a foreign mark',
      {},
      { '/etc/fstab': '/dev/vdz /x xfs comment=cloudconfig 0 0\n' },
      `/dev/vdz /x xfs comment=cloudconfig 0 0\n${line}`,
    ],
    [
      'not where the image has the same',
      {},
      { '/etc/fstab': '/dev/vdb /data ext4 ro 0 0\n' },
      '/dev/vdb /data ext4 ro 0 0\n',
    ],
    ['blanks and backslashes', { mountPoint: '/a b\\c' }, {}, line.replace('/data', '/a\\040b\\134c')],
  ];
  for (const [name, action, files, expected] of cases)
    it(name, async () => {
      const { text, host } = await apply({ ...entry, ...action }, { disks: [vdb], files });
      assert.equal(text, expected);
      assert.equal(host.stat(action.mountPoint ?? '/data')?.kind, 'directory');
    });

  it('keeps bytes of others that are not UTF-8', async () => {
    const bytes = Buffer.from('# caf\xe9\n', 'latin1');
    const { host } = await apply(entry, { disks: [vdb], files: { '/etc/fstab': { content: bytes, mode: 0o640 } } });
    assert.ok(
      Buffer.from(host.readFile('/etc/fstab') ?? '')
        .subarray(0, bytes.length)
        .equals(bytes),
    );
    assert.deepEqual(host.stat('/etc/fstab')?.mode, 0o640);
  });

  it('finds the first partition, links and aliases', async () => {
    const disk = { ...vdb, parts: [{ start: 2048, sectors: 4096 }] };
    assert.match((await apply(entry, { disks: [disk] })).text, /^\/dev\/vdb1\t/);
    const link = { '/dev/disk/by-id/x': { target: '../../vdb' }, '/dev/disk/by-id/x-part1': { target: '../../vdb1' } };
    const source = { written: 'x', nodes: ['/dev/disk/by-id/x'] };
    assert.match(
      (await apply({ ...entry, source }, { disks: [disk], files: link })).text,
      /^\/dev\/disk\/by-id\/x-part1\t/,
    );
    const numbered = { ...source, partition: 1, nodes: ['/dev/vdb'] };
    assert.match((await apply({ ...entry, source: numbered }, { disks: [disk] })).text, /^\/dev\/vdb1\t/);
  });

  it('tells systemd, then mounts', async () => {
    const { commands } = await apply(entry, { disks: [vdb], files: { '/run/systemd/system/x': '' } });
    assert.deepEqual(commands, ['systemctl daemon-reload', 'mount /data']);
  });

  it('is the same when the line is there and the device mounted', () => {
    const files = { '/etc/fstab': line, '/data/x': '' };
    const { host } = createDiskHost({ disks: [vdb], files, mounted: { '/data': '/dev/vdb' } });
    assert.deepEqual(mount.inspect(entry, host), { state: 'same' });
    const { host: unmounted } = createDiskHost({ disks: [vdb], files });
    assert.equal(mount.inspect(entry, unmounted).state, 'differs');
  });

  it('a bind mount is known by its place alone', () => {
    const action: MountAction = { ...entry, source: { spec: '/srv/x' }, type: 'none', options: 'bind' };
    const files = { '/etc/fstab': '/srv/x\t/data\tnone\tbind,comment=guest-init\t0\t2\n', '/data/x': '' };
    const { host } = createDiskHost({ files, mounted: { '/data': '/dev/vda1' } });
    assert.deepEqual(mount.inspect(action, host), { state: 'same' });
  });

  it('only writes below --root', async () => {
    const { text, commands } = await apply(entry, { live: false });
    assert.equal(text, line);
    assert.deepEqual(commands, []);
  });
});

describe('mount: what is left', () => {
  it('a name of the cloud that this guest has no device for', async () => {
    const source = { written: 'ephemeral0', nodes: [], sign: { label: 'ephemeral0' } };
    const { text, applied } = await apply({ ...entry, source }, { run: () => ({ status: 2 }) });
    assert.deepEqual([text, applied?.idle], ['', true]);
    assert.match(applied?.message ?? '', /no device ephemeral0/);
  });

  it('an absent disk: its line waits with nofail, and is not written without', async () => {
    const { text, applied, commands } = await apply(entry, {});
    assert.deepEqual([text, commands], [line, []]);
    assert.match(applied?.message ?? '', /\/dev\/vdb is not there yet/);
    const { host } = createDiskHost({});
    assert.throws(() => mount.apply({ ...entry, options: 'defaults' }, host, testContext), /a boot would wait for it/);
    assert.equal(host.readText('/etc/fstab'), undefined);
  });

  it('a mount point or a device of somebody else', async () => {
    const point = createDiskHost({ disks: [vdb], files: { '/etc/fstab': 'LABEL=x /data ext4 defaults 0 2\n' } });
    assert.throws(() => mount.apply(entry, point.host, testContext), /\/data belongs to LABEL=x/);
    const device = await apply(entry, { disks: [vdb], files: { '/etc/fstab': '/dev/vdb /other ext4 defaults 0 2\n' } });
    assert.match(device.applied?.message ?? '', /already, for \/other/);
    const covered = createDiskHost({ disks: [vdb, { name: 'vdc', sectors: 8 }], mounted: { '/data': '/dev/vdc' } });
    assert.throws(() => mount.apply(entry, covered.host, testContext), /\/dev\/vdc is mounted there/);
    assert.equal(covered.host.readText('/etc/fstab'), undefined);
  });

  it('a fallback gives way to any other entry of the device', async () => {
    const source = { written: 'ephemeral0', nodes: [], sign: { label: 'ephemeral0' } };
    const files = { '/etc/fstab': line, '/dev/disk/by-label/ephemeral0': { target: '../../vdb' } };
    const { applied, text } = await apply(
      { ...entry, source, mountPoint: '/mnt', fallback: true },
      { disks: [vdb], files },
    );
    assert.deepEqual([text, applied?.idle], [line, true]);
  });

  it('a failing mount is a failure with its last words, and the line stays', async () => {
    const run = () => ({ status: 32, stderr: 'mount: /data: wrong fs type.\n' });
    const { applied, text } = await apply(entry, { disks: [vdb], run });
    assert.match(applied?.failed ?? '', /mount exited 32: .*wrong fs type/);
    assert.equal(text, line);
  });

  it('a failing mount that a boot would wait for leaves no line', async () => {
    const run = ([name = '']: readonly string[]) => (name.endsWith('/mount') ? { status: 32 } : undefined);
    const files = { '/etc/fstab': '# mine\n', '/run/systemd/system/x': '' };
    const { applied, text, commands } = await apply({ ...entry, options: 'defaults' }, { disks: [vdb], run, files });
    assert.match(applied?.failed ?? '', /its line was taken out of \/etc\/fstab again/);
    assert.equal(text, '# mine\n');
    assert.deepEqual(commands, ['systemctl daemon-reload', 'mount /data', 'systemctl daemon-reload']);
  });
});

describe('mount: swap areas', () => {
  const action: MountAction = { ...entry, mountPoint: 'none', type: 'swap', options: 'sw,pri=5', pass: '0' };

  it('are swapped on once', async () => {
    const { text, commands } = await apply(action, { disks: [vdb] });
    assert.equal(text, '/dev/vdb\tnone\tswap\tsw,pri=5,comment=guest-init\t0\t0\n');
    assert.deepEqual(commands, ['swapon -p 5 /dev/vdb']);
    const { host } = createDiskHost({
      disks: [vdb],
      files: { '/etc/fstab': text, '/proc/swaps': 'Filename\n/dev/vdb partition 8 0 5\n' },
    });
    assert.deepEqual(mount.inspect(action, host), { state: 'same' });
  });

  it('are found by what they are, but for memory', async () => {
    const source = { written: 'swap', nodes: [], sign: 'swap' } as const;
    const files = {
      '/run/udev/data/b252:0': 'E:ID_FS_TYPE=swap\n',
      '/sys/dev/block/252:0/uevent': 'DEVNAME=zram0\n',
      '/run/udev/data/b8:0': 'E:ID_FS_TYPE=swap\n',
      '/sys/dev/block/8:0/uevent': 'DEVNAME=vdb\n',
      '/dev/zram0': { kind: 'other' as const },
    };
    assert.match((await apply({ ...action, source }, { disks: [vdb], files })).text, /^\/dev\/vdb\tnone\tswap/);
  });
});

describe('fstab', () => {
  const action: FstabAction = {
    kind: 'fstab',
    keep: [
      { source: { written: 'vdb', nodes: ['/dev/vdb'] }, mountPoint: '/data' },
      { source: { spec: '/swap.img' }, mountPoint: 'none' },
    ],
  };
  const swapLine = '/swap.img\tnone\tswap\tsw,comment=guest-init\t0\t0\n';

  it('takes away what was ours and nobody asks for', async () => {
    const stale = '/dev/vdq\t/old\tauto\tcomment=guest-init\t0\t0\n/dev/vdr\tnone\tswap\tsw,comment=guest-init\t0\t0\n';
    const foreign = '/dev/vda1 / ext4 defaults 0 1\n/dev/vds /s ext4 comment=guest-initial 0 0\n';
    const { host } = createDiskHost({ disks: [vdb], files: { '/etc/fstab': `${foreign}${stale}${line}${swapLine}` } });
    assert.equal(fstab.inspect(action, host).state, 'differs');
    await fstab.apply(action, host, testContext);
    assert.equal(host.readText('/etc/fstab'), `${foreign}${line}${swapLine}`);
    assert.deepEqual(fstab.inspect(action, host), { state: 'same' });
  });
});
