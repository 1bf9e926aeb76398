// Beside Debian's cloud-init, in real guests: as its per-instance script, and in its place.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { readGuest } from '../support/vm/guest-state.ts';
import { Disk, explainMissingMachines, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const skip = explainMissingMachines() ?? false;
const services = ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'];

const key = new LaunchKey();

/** As scenario.ts has it, in the way that cloud-init can do as well: it gives launch keys to its own default user only. */
function userDataForBoth(): string {
  return [
    '#cloud-config',
    'users:',
    `  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: ["${key.publicLine}"]}`,
    'write_files:',
    '  - {path: /etc/greeting, content: "hello from the drive\\n", permissions: "0640"}',
    'runcmd:',
    '  - echo "ran as $(id -un)" >> /root/ran',
    '  - ip -4 route show default > /root/route-at-runcmd',
    '',
  ].join('\n');
}

/** The network is guest-init's; and a list with one source spares cloud-init the search. */
const cloudInitConfig = [
  "echo 'network: {config: disabled}' > /etc/cloud/cloud.cfg.d/99-network.cfg",
  "echo 'datasource_list: [ConfigDrive, None]' > /etc/cloud/cloud.cfg.d/99-datasource.cfg",
  // The image has no locales to choose from, and cloud-init would fail over that.
  "echo 'locale: false' > /etc/cloud/cloud.cfg.d/99-locale.cfg",
].join('\n');

/** Two boots of one guest. */
async function bootTwice(
  config: string | undefined,
  check: (machine: Machine, boot: 1 | 2) => Promise<void>,
): Promise<void> {
  const name = config === undefined ? 'hook' : 'replace';
  const image = await preparePackagedImage('bookworm-guest-cloud-init', {
    name,
    script: cloudInitConfig,
    ...(config === undefined ? {} : { config }),
  });
  const files = describeInstance({ key, userData: userDataForBoth() });
  const file = makeIsoDrive({ folder: key.folder, name, files });
  const disk = new Disk(image);
  try {
    await withMachine({ image, disk, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
      const login = { user: 'ops', key: key.file };
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await check(machine, 1);
      await machine.reboot();
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await check(machine, 2);
    });
  } finally {
    disk.remove();
  }
}

const expected = {
  state: 'running',
  failedUnits: '',
  hostname: 'web-1',
  hostnameFile: 'web-1',
  address: '10.0.0.5/24',
  defaultRoute: 'via 10.0.0.254 dev eth0',
  greeting: '640 root:root',
  ran: 'ran as root\n',
  // cloud-init runs runcmd behind the scripts of the instance.
  routeAtRuncmd: 'via 10.0.0.254 dev eth0',
  driveMounts: '',
  status: 0,
} as const;

describe("beside Debian's cloud-init", { skip }, () => {
  test('as its per-instance script: everything is there, applied once, and cloud-init says that it went well', async () => {
    await bootTwice(undefined, async (machine, boot) => {
      assert.deepEqual(await readGuest(machine), expected);
      const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
      assert.match(await ask('cloud-init status --long'), /^status: done$/m);
      assert.deepEqual(JSON.parse(await ask('cat /run/cloud-init/result.json')).v1.errors, []);
      assert.equal((await ask('guest-init query cloud_init')).trim(), 'in charge');
      const runs = await ask('grep -c "Running command .*per-instance/50-guest-init" /var/log/cloud-init.log');
      assert.equal(runs.trim(), '1', `after boot ${boot}`);
      assert.doesNotMatch(
        await ask('cat /var/log/cloud-init.log'),
        /Failed (running|to run).*50-guest-init|WARNING.*scripts/i,
      );
      const said = await ask('cat /var/log/cloud-init-output.log');
      assert.match(said, /guest-init: OK web-1 eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254/);
    });
  });

  test('with_cloud_init: replace: no service of cloud-init runs, and the units do the job', async () => {
    await bootTwice('with_cloud_init: replace\n', async (machine) => {
      assert.deepEqual(await readGuest(machine), expected);
      for (const service of services) {
        const { output } = await machine.shell.run(
          `systemctl show -P ActiveState -P ConditionResult ${service}.service`,
        );
        assert.equal(output, 'inactive\nno\n', service);
      }
      const { output } = await machine.shell.run('guest-init query cloud_init; ls /var/lib/cloud/instance 2>&1');
      assert.match(output, /^replaced\n.*No such file/);
    });
  });
});
