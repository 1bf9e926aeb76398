// Disks with the real sfdisk, mkfs, blkid, mount, growpart's work and resize2fs, on loop devices: what is made, what is left as it is, and
// that a second run changes nothing. Swap is not of a namespace: swapon is a stub here.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RunResult } from '../support/command-inside.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const skip = explainMissingRoots() ?? false;

/** Plays udev: nodes and links of what the kernel knows. */
const settle = `
for s in /sys/devices/virtual/block/loop*; do
  d=\${s##*/}; [ -e /dev/$d ] || continue
  for n in /dev/\${d}p*; do [ ! -e $n ] || [ -e $s/\${n#/dev/} ] || rm -f $n /sys/class/block/\${n#/dev/}; done
  for p in $s/\${d}p*; do
    [ -e $p/dev ] || continue
    n=\${p##*/}; IFS=: read -r major minor <$p/dev
    rm -f /dev/$n; mknod -m 660 /dev/$n b $major $minor
    ln -sfn ../../devices/virtual/block/$d/$n /sys/class/block/$n
    mkdir -p /sys/dev/block/$major:$minor; cat $p/uevent >/sys/dev/block/$major:$minor/uevent
  done
done`;

const swapon =
  'echo "$@" >>/run/swapon.log; set -- $(printf %s "$*"); shift $(($# - 1)); echo "$1 file 1024 0 -2" >>/run/swaps';

/** A guest with empty disks, and with what the host's kernel has of swap hidden. */
async function withDisks(
  mib: readonly number[],
  document: (disks: readonly string[]) => string,
  body: (box: Sandbox) => Promise<void>,
) {
  // The document names devices that only the started guest has: written before the first run.
  const options = describeSandbox({
    config: 'drive: {wait: 1, wait_required: 2}\nnetwork: {wait: 0}\n',
    tree: userDataTree('#cloud-config\n{}\n'),
    sandbox: { root: 'bookworm-disks', disks: mib },
  });
  await withSandbox(options, async (box) => {
    box.shim('udevadm', settle);
    box.shim('swapon', swapon);
    await box.exec([
      'sh',
      '-ec',
      'mkdir -p /run/udev /etc/guest-init/config.d; : >/run/udev/control; echo Filename >/run/swaps; mount --bind /run/swaps /proc/swaps',
    ]);
    box.writeFile('/etc/guest-init/config.d/disks.yaml', `#cloud-config\n${document(box.disks)}`);
    box.writeFile('/etc/fstab', '# made by the image\n');
    await body(box);
  });
}

/** Tells the kernel of partitions, whether it can read tables itself or not. */
async function scan(box: Sandbox, node: string): Promise<void> {
  await box.exec(['partx', '--update', node]);
  await box.exec(['udevadm', 'settle']);
}

const apply = (box: Sandbox): Promise<RunResult> => box.run(['guest-init', 'run', '--force'], { timeoutMs: 120_000 });

async function applyWell(box: Sandbox): Promise<string> {
  const { status, stdout, stderr } = await apply(box);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

/** blkid's low-level word on a device: `TYPE/LABEL`, `gpt`, or nothing. */
async function probe(box: Sandbox, node: string): Promise<string> {
  const { stdout } = await box.run(['blkid', '-p', '-o', 'export', node]);
  const read = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  return read('TYPE') === '' ? read('PTTYPE') : `${read('TYPE')}/${read('LABEL')}`;
}

describe('disks', { skip }, () => {
  after(assertNothingLeft);

  it('are divided, formatted and mounted; a second run changes nothing', async () => {
    const document = ([a, b]: readonly string[]): string => `
device_aliases: {archive: ${a}, pages: ${b}}
disk_setup:
  archive: {table_type: gpt, layout: [30, [20, 82], 50]}
  pages: {table_type: mbr, layout: true}
fs_setup:
  - {label: one, filesystem: ext4, device: archive.1}
  - {label: pages, filesystem: swap, device: archive.2}
  - {label: three, filesystem: ext4, device: archive, partition: 3, cmd: "mkfs -t %(filesystem)s -q -L %(label)s %(device)s"}
  - {filesystem: ext2, device: pages, partition: auto, label: "a b"}
mounts:
  - [archive.1, /srv/one]
  - [archive.2, none, swap, "sw,pri=7"]
  - [archive.3, "/srv/with blank", ext4, "defaults,nofail,noatime"]
  - [pages, /home]
  - [tmpfs, /srv/fast, tmpfs, size=1m]
users: [{name: ops}]
`;
    await withDisks([96, 64], document, async (box) => {
      const [a = '', b = ''] = box.disks;
      const said = await applyWell(box);
      assert.deepEqual(
        [await probe(box, a), await probe(box, `${a}p1`), await probe(box, `${a}p2`), await probe(box, `${a}p3`)],
        ['gpt', 'ext4/one', 'swap/pages', 'ext4/three'],
        said,
      );
      assert.deepEqual([await probe(box, b), await probe(box, `${b}p1`)], ['dos', 'ext2/a\\ b']);
      const table = JSON.parse(await box.exec(['sfdisk', '--json', a])) as {
        partitiontable: { partitions: { size: number; type: string }[] };
      };
      assert.deepEqual(
        table.partitiontable.partitions.map(({ size, type }) => [Math.round(size / 2048), type.slice(0, 8)]),
        [
          [28, '0FC63DAF'],
          [19, '0657FD6D'],
          [47, '0FC63DAF'],
        ],
      );
      const lines = box.readFile('/etc/fstab').split('\n');
      assert.deepEqual(lines, [
        '# made by the image',
        `${a}p1\t/srv/one\tauto\tdefaults,nofail,comment=guest-init\t0\t2`,
        `${a}p2\tnone\tswap\tsw,pri=7,comment=guest-init\t0\t0`,
        `${a}p3\t/srv/with\\040blank\text4\tdefaults,nofail,noatime,comment=guest-init\t0\t2`,
        `${b}p1\t/home\tauto\tdefaults,nofail,comment=guest-init\t0\t2`,
        'tmpfs\t/srv/fast\ttmpfs\tsize=1m,comment=guest-init\t0\t0',
        '',
      ]);
      await box.exec(['findmnt', '--verify', '--tab-file', '/etc/fstab']);
      const points = box.mounts().map(({ mountPoint }) => mountPoint);
      for (const point of ['/srv/one', '/srv/with\\040blank', '/home', '/srv/fast'])
        assert.ok(points.includes(point), `${point}: ${points}`);
      // The disk was there before the user: the home is on it.
      assert.ok(box.stat('/home/ops')?.isDirectory());
      assert.equal(box.readFile('/run/swapon.log'), `-p 7 ${a}p2\n`);
      await box.exec(['sh', '-c', 'echo kept >/srv/one/file']);
      const again = await applyWell(box);
      for (const line of again.split('\n').filter((text) => /disk_setup|fs_setup|mounts/.test(text)))
        assert.match(line, /^ {2}= /);
      assert.equal(box.readFile('/srv/one/file'), 'kept\n');
      assert.equal(box.readFile('/etc/fstab'), lines.join('\n'));
    });
  });

  it('that hold something are left, each with its name, and other disks are done', async () => {
    const document = ([a, b, c, d]: readonly string[]): string => `
disk_setup:
  ${a}: {table_type: gpt, layout: [50, 50]}
  ${b}: {table_type: mbr, layout: true}
  ${c}: {layout: remove}
fs_setup:
  - {label: new, filesystem: ext4, device: ${b}, partition: none}
  - {label: fine, filesystem: ext4, device: ${d}, partition: none}
mounts:
  - [${b}, /srv/b]
  - [${d}, /srv/d]
`;
    await withDisks([16, 16, 16, 16], document, async (box) => {
      const [a = '', b = '', c = '', d = ''] = box.disks;
      await box.exec(['mkfs.ext4', '-q', '-L', 'data', a]);
      await box.exec(['mkswap', '-L', 'pages', b]);
      await box.exec(['sfdisk', '-q', c], { input: 'label: gpt\n,\n' });
      await scan(box, c);
      await box.exec(['mkfs.ext4', '-q', '-L', 'inner', `${c}p1`]);
      const digest = async (): Promise<string> => box.exec(['sha256sum', a, b, c]);
      const before = await digest();
      const { status, stdout } = await apply(box);
      assert.equal(status, 2, stdout);
      assert.ok(
        stdout.includes(
          `${a} is left as it is: it holds a file system (ext4, labelled "data"), and overwrite is not true`,
        ),
        stdout,
      );
      assert.ok(
        stdout.includes(`${b} is left as it is: it holds a swap area, labelled "pages", and overwrite is not true`),
        stdout,
      );
      assert.ok(
        stdout.includes(
          `${c} is left as it is: ${c}p1 holds a file system (ext4, labelled "inner"), and overwrite is not true`,
        ),
        stdout,
      );
      assert.match(stdout, /mounts\[0\].*needs fs_setup/);
      assert.equal(await digest(), before);
      assert.equal(await probe(box, d), 'ext4/fine');
      assert.ok(box.mounts().some(({ mountPoint }) => mountPoint === '/srv/d'));
    });
  });

  it('are overwritten where that is asked for, but never while they are in use', async () => {
    const document = ([a, b]: readonly string[]): string => `
disk_setup:
  ${a}: {table_type: mbr, layout: [50, [50, 82]], overwrite: true}
  ${b}: {table_type: gpt, layout: true, overwrite: true}
fs_setup:
  - {label: new, filesystem: ext4, device: ${a}, partition: 1, overwrite: true}
`;
    await withDisks([32, 16], document, async (box) => {
      const [a = '', b = ''] = box.disks;
      await box.exec(['mkfs.ext4', '-q', '-L', 'old', a]);
      await box.exec(['mkfs.ext4', '-q', '-L', 'busy', b]);
      await box.exec(['mount', b, '/mnt']);
      const { status, stdout } = await apply(box);
      assert.equal(status, 2, stdout);
      assert.deepEqual([await probe(box, a), await probe(box, `${a}p1`)], ['dos', 'ext4/new'], stdout);
      assert.ok(stdout.includes(`${b}: in use (mounted on /mnt), left as it is`), stdout);
      assert.equal(await probe(box, b), 'ext4/busy');
      await box.exec(['umount', '/mnt']);
      await applyWell(box);
      assert.equal(await probe(box, b), 'gpt');
    });
  });

  it('are looked at for what may be replaced, and for room', async () => {
    const document = ([a]: readonly string[]): string => `
fs_setup:
  - {label: spare, filesystem: ext4, device: ${a}, partition: auto, replace_fs: swap}
  - {label: second, filesystem: ext4, device: ${a}, partition: auto}
  - {label: third, filesystem: ext4, device: ${a}, partition: auto}
`;
    await withDisks([64], document, async (box) => {
      const [a = ''] = box.disks;
      await box.exec(['sfdisk', '-q', a], { input: 'label: gpt\n,20M\n,20M\n,\n' });
      await scan(box, a);
      await box.exec(['mkfs.ext4', '-q', '-L', 'kept', `${a}p1`]);
      await box.exec(['mkswap', `${a}p3`]);
      const said = await applyWell(box);
      const found = await Promise.all([1, 2, 3].map((number) => probe(box, `${a}p${number}`)));
      assert.deepEqual(found, ['ext4/kept', 'ext4/second', 'ext4/spare'], said);
      assert.match(said, /each of its partitions holds something/);
      assert.doesNotMatch(await applyWell(box), /^ {2}\+ fs_setup/m);
    });
  });

  for (const [label, tool] of [
    ['gpt', 'sfdisk'],
    ['dos', 'sfdisk'],
    ['gpt', 'growpart'],
    ['dos', 'growpart'],
  ] as const)
    it(`grow: a mounted partition of a ${label} table by ${tool}`, async () => {
      const document = ([a]: readonly string[]): string => `growpart: {devices: [${a}p2, /srv, ${a}p1]}\n`;
      await withDisks([64], document, async (box) => {
        const [a = ''] = box.disks;
        if (tool === 'sfdisk') box.hide('growpart');
        await box.exec(['sfdisk', '-q', a], { input: `label: ${label}\nsize=8M\n,\n` });
        await scan(box, a);
        await box.exec(['mkfs.ext4', '-q', '-L', 'data', `${a}p2`]);
        await box.exec(['sh', '-ec', `mkdir -p /srv; mount ${a}p2 /srv; echo kept >/srv/file`]);
        assert.match(await applyWell(box), /= growpart/);
        box.enlargeDisk(0, 160);
        const said = await applyWell(box);
        assert.match(said, /\+ growpart\[0\].* 5\d MiB -> 15\d MiB/, said);
        assert.match(await box.exec(['sfdisk', '--verify', a]), /No errors detected/);
        assert.equal(box.readFile('/srv/file'), 'kept\n');
        assert.doesNotMatch(await applyWell(box), /\+ growpart/);
        await box.exec(['umount', '/srv']);
        assert.equal(await probe(box, `${a}p2`), 'ext4/data');
        await box.exec(['e2fsck', '-fy', `${a}p2`]);
        assert.match(await box.exec(['resize2fs', `${a}p2`]), /is now \d{6} \(1k\)|is now 3\d{4} \(4k\)/);
      });
    });

  // This machine may withhold what the kernel asks of who grows a mounted ext4: that is a guest's business.
  for (const [type, from, to] of [
    ['xfs', 320, 700],
    ['btrfs', 400, 900],
  ] as const)
    it(`grow: the root of a ${type} guest, with its partition, at each boot`, async () => {
      const document = (): string => 'growpart: {mode: auto}\nresize_rootfs: true\n';
      await withDisks([from], document, async (box) => {
        const [a = ''] = box.disks;
        await box.exec(['sfdisk', '-q', a], { input: 'label: gpt\n,\n' });
        await scan(box, a);
        // A root of its own: the rest of the guest is bound into it.
        const folders = 'usr etc dev proc sys run var home root tmp';
        const build = `mkfs.${type} -q ${a}p1; mkdir -p /srv; mount ${a}p1 /srv; cd /srv
for d in ${folders}; do mkdir $d; mount --rbind /$d $d; done
for d in bin sbin lib lib64; do ln -s usr/$d $d; done`;
        await box.exec(['sh', '-ec', build]);
        const run = (): Promise<RunResult> =>
          box.run(['chroot', '/srv', 'guest-init', 'run', '--force'], { timeoutMs: 120_000 });
        const size = async (): Promise<number> => Number((await box.exec(['stat', '-f', '-c', '%b', '/srv'])).trim());
        const first = await run();
        assert.equal(first.status, 0, first.stdout + first.stderr);
        assert.match(first.stdout, /= growpart[\s\S]*= resize_rootfs/);
        const before = await size();
        box.enlargeDisk(0, to);
        const second = await run();
        assert.equal(second.status, 0, second.stdout + second.stderr);
        assert.match(second.stdout, /\+ growpart[\s\S]*\+ resize_rootfs/);
        assert.ok((await size()) > before * 1.8, `${before} -> ${await size()} blocks`);
        const third = await run();
        assert.match(third.stdout, /= growpart[\s\S]*= resize_rootfs/);
      });
    });

  it('file systems of each kind get their label and their options', async () => {
    const document = ([a, b, c, d]: readonly string[]): string => `
fs_setup:
  - {label: x, filesystem: xfs, device: ${a}, partition: none, extra_opts: "-m crc=1"}
  - {label: y, filesystem: btrfs, device: ${b}, partition: none}
  - {label: Z, filesystem: vfat, device: ${c}, partition: none, extra_opts: [-F, "32"]}
  - {label: w, device: ${d}, partition: none, filesystem: btrfs, cmd: [mkfs.btrfs, -q, -L, "%(label)s", "%(device)s"]}
`;
    await withDisks([320, 120, 64, 120], document, async (box) => {
      const said = await applyWell(box);
      const found = await Promise.all(box.disks.map((node) => probe(box, node)));
      assert.deepEqual(found, ['xfs/x', 'btrfs/y', 'vfat/Z', 'btrfs/w'], said);
      assert.doesNotMatch(await applyWell(box), /\+ fs_setup/);
    });
  });

  it('a missing tool is named with its package, and nothing is touched', async () => {
    const document = ([a, b]: readonly string[]): string => `
disk_setup: {${a}: {layout: true}}
fs_setup:
  - {filesystem: zonefs, device: ${b}, partition: none}
  - {filesystem: xfs, device: ${b}, partition: none, overwrite: true}
`;
    await withDisks([16, 16], document, async (box) => {
      for (const tool of ['sfdisk', 'mkfs.xfs']) box.hide(tool);
      const [, b = ''] = box.disks;
      await box.exec(['mkfs.ext4', '-q', '-L', 'old', b]);
      const { status, stdout } = await apply(box);
      assert.equal(status, 2, stdout);
      for (const said of [/sfdisk: command not found/, /zonefs/, /mkfs\.xfs: command not found/])
        assert.match(stdout, said);
      assert.equal(await probe(box, b), 'ext4/old');
    });
  });

  it('swap files have no holes, a line in fstab and are not made twice', async () => {
    const document = ([a]: readonly string[]): string => `
fs_setup: [{filesystem: ext4, device: ${a}, partition: none}]
mounts: [[${a}, /srv]]
swap: {filename: /srv/swap/file, size: 24M}
`;
    await withDisks([64], document, async (box) => {
      const said = await applyWell(box);
      assert.match(await box.exec(['swaplabel', '/srv/swap/file']), /UUID/, said);
      const [size, blocks, unit, mode] = (await box.exec(['stat', '-c', '%s %b %B %a', '/srv/swap/file']))
        .trim()
        .split(' ');
      assert.deepEqual([size, mode], [String(24 * 1024 ** 2), '600']);
      assert.ok(Number(blocks) * Number(unit) >= 24 * 1024 ** 2, `${blocks} blocks`);
      assert.match(box.readFile('/etc/fstab'), /^\/srv\/swap\/file\tnone\tswap\tsw,comment=guest-init\t0\t0$/m);
      assert.equal(box.readFile('/run/swapon.log'), '/srv/swap/file\n');
      assert.match(await applyWell(box), /= swap\/file[\s\S]*= swap\/on/);
      assert.equal(box.readFile('/run/swapon.log'), '/srv/swap/file\n');
    });
  });
});
