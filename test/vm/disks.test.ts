// Disks of a real guest: a volume divided, formatted, mounted and swapped to at the first boot, the same after the second, and root and volume
// grown when they have been enlarged in between.
import assert from 'node:assert/strict';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import { Disk, explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const mib = 1024 ** 2;

const userData = `#cloud-config
growpart: {devices: [/, /srv/data]}
resize_rootfs: true
disk_setup:
  /dev/vdb: {table_type: gpt, layout: [[25, 82], 75]}
fs_setup:
  - {label: pages, filesystem: swap, device: /dev/vdb, partition: 1}
  - {label: data, filesystem: ext4, device: /dev/vdb, partition: 2}
mounts:
  - [/dev/vdb1, none, swap, sw, "0", "0"]
  - [LABEL=data, /srv/data]
swap: {filename: /var/swapfile, size: 64M}
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL"}
runcmd:
  - date >> /srv/data/ran
`;

const key = new LaunchKey();

const roots: readonly GuestRoot[] = ['bookworm-guest-disks', 'trixie-guest-disks'];
for (const root of roots) {
  test(`disks of ${root}`, { skip: explainSkippedGuest({ keptInCi: root === 'trixie-guest-disks' }) }, async () => {
    const image = await preparePackagedImage(root);
    const disk = new Disk(image);
    try {
      const volume = join(disk.folder, 'volume.img');
      writeFileSync(volume, '');
      truncateSync(volume, 256 * mib);
      truncateSync(disk.file, statSync(disk.file).size + 512 * mib);
      const drive = makeIsoDrive({
        ...{ folder: key.folder, name: root },
        files: describeInstance({ key, userData, networkData: true }),
      });
      const drives = [
        { file: volume, as: 'disk', writable: true },
        { file: drive, as: 'cdrom' },
      ] as const;
      const boot = (body: (machine: Machine) => Promise<void>): Promise<void> =>
        withMachine({ image, disk, drives }, async (machine) => {
          await machine.waitForSsh({ user: 'ops', key: key.file });
          await machine.shell.ready();
          await body(machine);
        });
      let rootBlocks = 0;
      await boot(async (machine) => {
        const first = await look(machine);
        assert.deepEqual(first.facts, expected, first.report);
        assert.ok(first.rootBlocks * 4096 > statSync(disk.file).size * 0.85, `${first.rootBlocks} blocks of the root`);
        rootBlocks = first.rootBlocks;
        await machine.reboot();
        await machine.waitForSsh({ user: 'ops', key: key.file });
        await machine.shell.ready();
        const second = await look(machine);
        assert.deepEqual(second, { ...first, report: second.report }, second.report);
        await machine.powerOff();
      });
      truncateSync(volume, 512 * mib);
      truncateSync(disk.file, statSync(disk.file).size + 512 * mib);
      await boot(async (machine) => {
        const grown = await look(machine);
        assert.deepEqual(grown.facts, expected, grown.report);
        assert.ok(grown.rootBlocks > rootBlocks + 100_000, `${rootBlocks} -> ${grown.rootBlocks} blocks of the root`);
        assert.ok(grown.dataSectors > 800_000, `${grown.dataSectors} sectors of /dev/vdb2`);
        await machine.powerOff();
      });
    } finally {
      disk.remove();
    }
  });
}

const expected = {
  state: 'running',
  data: '/dev/vdb2 ext4',
  swaps: '/dev/vdb1 /var/swapfile',
  fstab: '/dev/vdb1:none /var/swapfile:none LABEL=data:/srv/data',
  ran: '1',
  status: '0',
  verify: '0',
};

/** What the guest is after its boot; `report` is for a failing test. */
async function look(machine: Machine): Promise<{
  facts: Record<string, string>;
  rootBlocks: number;
  dataSectors: number;
  report: string;
}> {
  const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output.trim();
  const state = await ask('systemctl is-system-running --wait');
  const status = await ask('guest-init status --wait --timeout 120 >/run/status; echo $?');
  const facts = {
    state,
    data: await ask('findmnt -no SOURCE,FSTYPE /srv/data | xargs'),
    swaps: await ask('swapon --show=NAME --noheadings | LC_ALL=C sort | xargs'),
    fstab: await ask('grep comment=guest-init /etc/fstab | awk \'{print $1 ":" $2}\' | LC_ALL=C sort | xargs'),
    ran: await ask('wc -l </srv/data/ran'),
    status,
    verify: await ask('findmnt --verify >/run/verify 2>&1; echo $?'),
  };
  return {
    facts,
    rootBlocks: Number(await ask('stat -f -c "%b %S" / | awk \'{print $1 * $2 / 4096}\'')),
    dataSectors: Number(await ask('cat /sys/class/block/vdb2/size')),
    report: await ask('cat /run/status /run/verify /etc/fstab; tail -n 40 /var/log/guest-init.log'),
  };
}
