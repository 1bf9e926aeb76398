// The whole product in real guests: the package in an image, a drive on a real medium, no DHCP, and somebody who logs in from outside.
// Then the same guest boots again with the same drive, and once more with another instance's.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { makeIsoDrive, makeVfatDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import { readGuest, readTree, type Tree } from '../support/vm/guest-state.ts';
import { Disk, explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

type Guest = {
  readonly title: string;
  readonly root: GuestRoot;
  readonly drive: 'iso9660' | 'vfat';
  readonly tool: 'ifconfig' | 'ip';
};

const guests: readonly Guest[] = [
  { title: 'Debian 12, CD-ROM', root: 'bookworm-guest', drive: 'iso9660', tool: 'ifconfig' },
  { title: 'Debian 12, vfat disk labelled CONFIG-2', root: 'bookworm-guest', drive: 'vfat', tool: 'ifconfig' },
  { title: 'Debian 13, no net-tools', root: 'trixie-guest', drive: 'iso9660', tool: 'ip' },
  { title: 'Debian 11, CD-ROM', root: 'bullseye-guest', drive: 'iso9660', tool: 'ifconfig' },
];

const key = new LaunchKey();

for (const { title, root, drive, tool } of guests) {
  describe(title, { skip: explainSkippedGuest({ keptInCi: root !== 'bullseye-guest' }) }, () => {
    let disk: Disk | undefined;
    after(() => disk?.remove());

    /** Boots the guest's disk with the drive of instance `id`. */
    async function boot(id: string, body: (machine: Machine) => Promise<void>): Promise<void> {
      const image = await preparePackagedImage(root);
      disk ??= new Disk(image);
      const makeDrive = drive === 'vfat' ? makeVfatDrive : makeIsoDrive;
      const hostname = id === 'i-0000000a' ? 'web-1' : 'web-2';
      const files = describeInstance({ key, id, hostname });
      const file = makeDrive({ folder: key.folder, name: `${root}-${drive}-${id}`, files });
      const drives = [{ file, as: drive === 'vfat' ? 'disk' : 'cdrom' } as const];
      await withMachine({ image, disk, drives }, body);
    }

    test('boots once, answers ssh, and is what the drive asks for; then reboots and changes nothing', async () => {
      await boot('i-0000000a', async (machine) => {
        const login = { user: 'ops', key: key.file };
        const seconds = await machine.waitForSsh(login);
        const who = await machine.ssh(login, 'id -un; hostname; sudo -n id -un; cat /etc/greeting');
        assert.equal(who.output, 'ops\nweb-1\nroot\nhello from the drive\n');
        console.log(`${title}: ssh ${seconds.toFixed(1)} s after power-on`);

        await machine.shell.ready();
        assert.deepEqual(await readGuest(machine), expectedGuest('web-1', 1));
        const tools = await machine.shell.run('command -v ifconfig || echo none; guest-init plan --json 2>&1');
        assert.equal(tools.output.startsWith('none'), tool === 'ip');
        const before = await readTree(machine);

        await machine.reboot();
        await machine.waitForSsh(login);
        await machine.shell.ready();
        assert.deepEqual(await readGuest(machine), expectedGuest('web-1', 1));
        assert.match(
          machine.console(),
          // Where a network service starts, it has brought up what was written down for it.
          tool === 'ip'
            ? /guest-init: OK web-1 eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254 \(guessed\): already applied; the network was restored/
            : /guest-init: OK web-1 eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254 \(guessed\): already applied; nothing was changed/,
        );
        assertSameTree(before, await readTree(machine));
        await machine.powerOff();
      });
    });

    test("with another instance's drive boots as for the first time", async () => {
      await boot('i-0000000b', async (machine) => {
        await machine.waitForSsh({ user: 'ops', key: key.file });
        await machine.shell.ready();
        assert.deepEqual(await readGuest(machine), expectedGuest('web-2', 2));
      });
    });
  });
}

/** What every guest of this file is after its boot. */
function expectedGuest(hostname: string, runs: number): Awaited<ReturnType<typeof readGuest>> {
  return {
    state: 'running',
    failedUnits: '',
    hostname,
    hostnameFile: hostname,
    address: '10.0.0.5/24',
    defaultRoute: 'via 10.0.0.254 dev eth0',
    greeting: '640 ops:ops',
    ran: 'ran as root\n'.repeat(runs),
    routeAtRuncmd: 'via 10.0.0.254 dev eth0',
    driveMounts: '',
    status: 0,
  };
}

function assertSameTree(before: Tree, now: Tree): void {
  const changed = [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path));
  assert.deepEqual(changed, []);
}
