// A template and its clones: a guest that has served is sealed, its disk copied twice, and both copies boot as instances of their own. They
// share nothing that a machine has for itself, and nothing of the first one is found in them. A copy of a guest that nobody sealed is told.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { Disk, explainMissingMachines, type Machine, type Network, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage, uuidOf } from '../support/vm/scenario.ts';

const skip = explainMissingMachines() ?? false;

type Instance = { readonly id: string; readonly hostname: string; readonly network: Network };

function describeMember(letter: string, last: number): Instance {
  const network = {
    gateway: '10.0.0.254',
    subnet: '10.0.0.0/24',
    guest: `10.0.0.${last}`,
    mac: `fa:16:3e:00:00:${last}`,
  };
  return { id: `i-0000000${letter}`, hostname: `member-${letter}`, network };
}

const original = describeMember('a', 21);
const clones = [describeMember('b', 22), describeMember('c', 23)];
const unsealed = describeMember('d', 24);
const secret = 'tok3n-of-the-first-member';

/** Says what only one instance may know, and where it ends up on a disk. */
const describeUserData = ({ hostname }: Instance): string => `#cloud-config
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL"}
write_files:
  - {path: /etc/member, content: "${hostname} ${secret}"}
runcmd:
  - echo served by ${hostname} | tee -a /var/log/served.log
`;

type Identity = { machineId: string; hostKeys: string; address: string; hostname: string };

const key = new LaunchKey();

const ask = async (machine: Machine, command: string): Promise<string> => (await machine.shell.run(command)).output;

async function readIdentity(machine: Machine): Promise<Identity> {
  return {
    machineId: await ask(machine, 'cat /etc/machine-id'),
    hostKeys: await ask(machine, "awk '{print $2}' /etc/ssh/ssh_host_*_key.pub"),
    address: await ask(machine, "ip -4 -o addr show dev eth0 | awk '{print $4}'"),
    hostname: await ask(machine, 'hostname; cat /etc/hostname'),
  };
}

describe('a template', { skip }, () => {
  let disk: Disk | undefined;
  const copies: Disk[] = [];
  after(() => {
    for (const one of [disk, ...copies]) one?.remove();
  });

  async function boot(instance: Instance, on: Disk, body: (machine: Machine) => Promise<void>): Promise<void> {
    const image = await preparePackagedImage('bookworm-guest');
    const files = describeInstance({ key, ...instance, userData: describeUserData(instance), networkData: true });
    const file = makeIsoDrive({ folder: key.folder, name: instance.hostname, files });
    const { network } = instance;
    await withMachine({ image, disk: on, network, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
      await machine.waitForSsh({ user: 'ops', key: key.file });
      await machine.shell.ready();
      assert.equal(await ask(machine, 'systemctl is-system-running --wait'), 'running\n');
      await body(machine);
      await machine.powerOff({ force: true });
    });
  }

  let first: Identity;
  const found: Identity[] = [];

  test('is made of a guest that has served', async () => {
    disk = new Disk(await preparePackagedImage('bookworm-guest'));
    await boot(original, disk, async (machine) => {
      first = await readIdentity(machine);
      const before = await machine.shell.run('guest-init seal --check');
      assert.equal(before.status, 42, before.output);
      const sealed = await machine.shell.run('guest-init seal --yes --authorized-keys; guest-init seal --check');
      // What the author of the image baked in is theirs to judge, and named.
      assert.match(sealed.output, /\/etc\/member|served\.log|ops/, sealed.output);
      await machine.shell.run('rm -f /etc/member; sync');
    });
  });

  for (const clone of clones) {
    test(`${clone.hostname} is a machine of its own, with nothing of the first`, async () => {
      assert.ok(disk);
      const copy = new Disk({ disk: disk.file, kernel: '', initrd: '' });
      copies.push(copy);
      await boot(clone, copy, async (machine) => {
        const mine = await readIdentity(machine);
        found.push(mine);
        assert.equal(mine.address, `${clone.network.guest}/24\n`);
        assert.equal(mine.hostname, `${clone.hostname}\n${clone.hostname}\n`);
        const words = [original.hostname, original.network.mac, `${original.network.guest}/`, uuidOf(original.id)];
        const traces = [...words, first.machineId.trim(), ...first.hostKeys.trim().split('\n')];
        const patterns = Buffer.from(`${traces.join('\n')}\n`).toString('base64');
        const places = '/boot /etc /home /opt /root /srv /usr/local /var';
        const search = `echo ${patterns} | base64 -d > /run/traces; grep -roaF -f /run/traces ${places} 2>/dev/null`;
        assert.equal(await ask(machine, search), '');
        const status = await machine.shell.run('guest-init status');
        assert.equal(status.status, 0, status.output);
        assert.doesNotMatch(status.output, /clone|sealed/);
      });
    });
  }

  test('gives each clone its own machine-id, host keys, address and name', () => {
    for (const quality of ['machineId', 'hostKeys', 'address', 'hostname'] as const)
      assert.equal(new Set([first, ...found].map((one) => one[quality])).size, 3, quality);
  });

  test('that nobody sealed is noticed in its copy', async () => {
    const served = copies[0];
    assert.ok(served);
    const copy = new Disk({ disk: served.file, kernel: '', initrd: '' });
    copies.push(copy);
    await boot(unsealed, copy, async (machine) => {
      const status = await machine.shell.run('guest-init status');
      assert.match(status.output, /seal/);
      assert.equal(await ask(machine, 'hostname'), `${unsealed.hostname}\n`);
    });
  });
});
