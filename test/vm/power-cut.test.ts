// Power cuts: of a first boot everything is noted that is written to the disk, in order. At random moments and as each step is told the power
// is cut: a disk is made that holds what had been flushed by then, and of the rest nothing, some or all, in any order. A machine that boots
// from it must end as one whose power was never cut: same files, users, network; nothing empty, nothing mounted. The guest has no systemd, so
// that a boot takes seconds: its init runs guest-init and then a shell. GUEST_INIT_POWER_CUTS says how many cuts; 200 is the whole run.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { Disk, explainMissingMachines, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';
import { cutPower, measureLog, readWriteLog } from '../support/vm/write-log.ts';

const skip = explainMissingMachines() ?? false;
const cuts = Number(process.env['GUEST_INIT_POWER_CUTS'] ?? (process.env['CI'] === 'true' ? 6 : 12));
/** Machines at the same time. */
const workers = 2;

const init = `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs -o mode=755 tmpfs /run 2>/dev/null
modprobe -a virtio_net virtio_scsi sr_mod isofs
mount -o remount,rw /
hostname -F /etc/hostname
mount -a -t tmpfs
echo "@begin@" > /dev/console
guest-init run > /dev/console 2>&1
echo $? > /run/exit-code
echo "@end@" > /dev/console
while :; do sh /usr/local/lib/guest-test-shell; done
`;

const userData = `#cloud-config
ssh_deletekeys: false
hostname: web-1
timezone: Europe/Berlin
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL", hashed_passwd: "$6$salt$yB9RX3C3M8NwWr5cC5HvIcHfn5r6k0xkmG6z0Cqmf0B0lHc0vO0kW3k3m0w6Q3k8c3o5m6wCq0YB1yGzL1a1."}
  - {name: web, system: true, no_create_home: true}
write_files:
${Array.from({ length: 12 }, (_, n) => `  - {path: /srv/app/${n}.conf, owner: 'ops:ops', permissions: '0640', content: "value ${n}\\n"}`).join('\n')}
  - {path: /etc/motd, append: true, content: "a line more\\n"}
mounts:
  - [tmpfs, /srv/scratch, tmpfs, "size=1m"]
runcmd:
${Array.from({ length: 6 }, (_, n) => `  - sleep 0.2; echo ${n} > /root/command-${n}; sync`).join('\n')}
`;

/**
 * What a guest is, as lines: names, modes, owners and content of what a run may touch; host keys and accounting by the system aside. In which
 * order accounts stand in their files does not count.
 */
const describeGuest = [
  'cd /',
  `find etc srv home root var/lib/guest-init -xdev ! -path "etc/*-" ! -path "etc/.pwd.lock" ! -path "etc/ssh/ssh_host_*" ! -path "var/lib/guest-init/*" ! -name .bash_history -printf "%y %m %U:%G %p %l\\n" | LC_ALL=C sort`,
  `find etc srv home root -xdev -type f ! -path "etc/*-" ! -path "etc/.pwd.lock" ! -path "etc/ssh/ssh_host_*" ! -path etc/group ! -path etc/gshadow ! -path etc/passwd ! -path etc/shadow -exec sha256sum {} + | LC_ALL=C sort -k2`,
  'for i in group gshadow passwd shadow; do LC_ALL=C sort "etc/$i"; done',
  'ip -o -4 addr show dev eth0 | awk "{print \\$4}"',
  'ip -4 route show default',
  'hostname',
  'grep -E "iso9660|guest-init/private/drive" /proc/mounts',
  'cat /run/exit-code',
].join('\n');

/** Files of no length that the image does not have. */
const listEmpty = 'cd / && find etc srv home root var/lib/guest-init -xdev -type f -empty | LC_ALL=C sort';
/** Names that an interrupted write would leave behind. */
const listLeftovers = 'find / -xdev -name ".guest-init-*" ! -path "/proc/*"';

const key = new LaunchKey();

type End = { readonly guest: string; readonly empty: string; readonly leftovers: string };

async function readEnd(machine: Machine): Promise<End> {
  await machine.waitForConsole(/@end@/);
  await machine.shell.ready();
  const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
  return { guest: await ask(describeGuest), empty: await ask(listEmpty), leftovers: await ask(listLeftovers) };
}

/** Positions in the log of writes: when the program began, when each of its lines had been told, when it had ended. */
async function watchRun(machine: Machine, log: string): Promise<{ begin: number; told: number[]; end: number }> {
  await machine.waitForConsole(/@begin@/);
  const begin = measureLog(log);
  const told: number[] = [];
  const readLines = (): number => (machine.console().split('@begin@')[1] ?? '').split('\n').length;
  const deadline = performance.now() + 240_000;
  while (!machine.console().includes('@end@') && performance.now() < deadline) {
    while (told.length < readLines()) told.push(measureLog(log));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await machine.waitForConsole(/@end@/);
  return { begin, told, end: measureLog(log) };
}

test(`${cuts} power cuts`, { skip, timeout: 10_800_000 }, async (t) => {
  const image = await preparePackagedImage('bookworm-guest', {
    name: 'power-cut',
    script: `cat > /usr/local/sbin/quick-init <<'END'\n${init}END\nchmod 755 /usr/local/sbin/quick-init`,
  });
  const file = makeIsoDrive({
    folder: key.folder,
    name: 'power-cut',
    files: describeInstance({ key, userData, networkData: true }),
  });
  const options = {
    image,
    drives: [{ file, as: 'cdrom' }],
    kernelWords: 'net.ifnames=0 quiet init=/usr/local/sbin/quick-init',
  } as const;
  const log = join(key.folder, 'writes');
  writeFileSync(log, '');
  const uncut = new Disk(image);
  try {
    const watched = await withMachine({ ...options, disk: uncut, writeLog: log }, async (machine) => {
      const seen = await watchRun(machine, log);
      await machine.shell.ready();
      await machine.shell.run('sync');
      return seen;
    });
    // Twice, as every guest that was cut boots twice.
    const expected = await withMachine({ ...options, disk: uncut }, readEnd);
    assert.match(expected.guest, /10\.0\.0\.5\/24\n/);
    assert.match(expected.guest, /\n0\n$/);
    assert.equal(expected.leftovers, '');

    const entries = readWriteLog(log);
    const positions = planCuts(watched);
    t.diagnostic(`${entries.length} writes; cut while ${positions.length} of them were under way`);
    let next = 0;
    let lost = 0;
    const failures: string[] = [];
    const work = async (): Promise<void> => {
      for (let mine = next++; mine < positions.length; mine = next++) {
        const disk = new Disk(image);
        try {
          // Of what no flush has followed: nothing, half of it, all.
          const odds = (mine % 3) / 2;
          const position = positions[mine] ?? 0;
          const cut = cutPower({ log, entries, disk: disk.file, position, survives: () => Math.random() < odds });
          lost += cut.lost;
          const found = await withMachine({ ...options, disk }, readEnd);
          const difference = describeDifference(expected, found);
          if (difference !== '')
            failures.push(`cut ${mine + 1} at ${position}, ${cut.lost} writes lost:\n${difference}`);
          const end = difference === '' ? 'same end' : 'DIFFERS';
          console.log(`  power cut ${mine + 1} of ${positions.length} at ${position}, ${cut.lost} writes lost: ${end}`);
        } catch (error) {
          failures.push(`cut ${mine + 1}: ${error instanceof Error ? error.message : error}`);
        } finally {
          disk.remove();
        }
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    t.diagnostic(`${positions.length} cuts, ${lost} writes lost, ${failures.length} ended otherwise`);
    assert.equal(failures.join('\n\n'), '');
    assert.ok(lost > 0, 'no cut has lost anything: the guest flushes each write, or the log is not read right');
  } finally {
    uncut.remove();
    rmSync(log);
  }
});

/** Half of the cuts as lines are told, the others at random. */
function planCuts({ begin, told, end }: { begin: number; told: readonly number[]; end: number }): number[] {
  const atLines = Math.min(told.length, Math.floor(cuts / 2));
  return Array.from({ length: cuts }, (_, n) =>
    n < atLines
      ? (told[Math.floor((n * told.length) / atLines)] ?? end)
      : Math.round(begin + ((n - atLines + Math.random()) / (cuts - atLines)) * (end - begin)),
  );
}

function describeDifference(expected: End, found: End): string {
  const compare = (was: string, is: string): string[] => {
    const before = new Set(was.split('\n'));
    const now = new Set(is.split('\n'));
    return [
      ...[...before].filter((line) => !now.has(line)).map((line) => `-${line}`),
      ...[...now].filter((line) => !before.has(line)).map((line) => `+${line}`),
    ];
  };
  return (['guest', 'empty', 'leftovers'] as const).flatMap((what) => compare(expected[what], found[what])).join('\n');
}
