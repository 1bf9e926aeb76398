// A CoreOS document in a real guest: stand-ins of etcd and fleet note the environment that systemd starts them with, and in which order. The
// document is kept in the image; it is edited between two boots. Then the units that it brings, enabled and masked by the real systemctl.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import { Disk, explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const stored = '/var/lib/coreos-install/user_data';
const document = `#cloud-config
coreos:
  etcd:
    discovery: https://discovery.example/token-one
    addr: $private_ipv4:4001
    peer-addr: $private_ipv4:7001
  fleet:
    public-ip: $private_ipv4
  units:
    - name: etcd.service
      command: start
    - name: fleet.service
      command: start
    - name: app.service
      enable: true
      command: start
      content: |
        [Unit]
        Description=Application
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        EnvironmentFile=/etc/environment
        ExecStart=/bin/sh -c 'echo "app $COREOS_PRIVATE_IPV4 $GREETING" >> /root/order'
        [Install]
        WantedBy=multi-user.target
      drop-ins:
        - name: 10-greeting.conf
          content: |
            [Service]
            Environment=GREETING=hello
    - name: man-db.timer
      mask: true
      command: stop
users:
  - name: ops
    shell: /bin/bash
    sudo: ALL=(ALL) NOPASSWD:ALL
`;

/** A daemon that only notes that it was started, with what. */
function standIn(name: string, prefix: string, more = ''): string {
  const path = `/usr/lib/systemd/system/${name}.service`;
  const note = `env | grep ^${prefix} | LC_ALL=C sort > /root/${name}.env; echo ${name} >> /root/order`;
  const unit = `[Unit]\nDescription=Stand-in of ${name}\n${more}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c '${note}'\n`;
  return `cat > ${path} <<'END'\n${unit}END`;
}

const prepareDaemons = [
  standIn('etcd', 'ETCD_', 'After=network-online.target\n'),
  standIn('fleet', 'FLEET_', 'After=etcd.service\nRequires=etcd.service\n'),
  `mkdir -p -m 700 /var/lib/coreos-install`,
  `cat > ${stored} <<'END'\n${document}END`,
  `chmod 600 ${stored}`,
].join('\n');

const roots: readonly GuestRoot[] = ['bookworm-guest', 'trixie-guest'];

const key = new LaunchKey();

async function ask(machine: Machine, command: string): Promise<string> {
  return (await machine.shell.run(command)).output;
}

/** The whole boot: somebody has logged in, and the late stage has ended. */
async function settle(machine: Machine): Promise<void> {
  await machine.waitForSsh({ user: 'ops', key: key.file });
  await machine.shell.ready();
  await machine.shell.run('systemctl is-system-running --wait');
  // Commands are queued, not waited for.
  await machine.shell.run('for i in $(seq 60); do [ -z "$(systemctl list-jobs --no-legend)" ] && break; sleep 1; done');
}

async function assertStarted(machine: Machine, token: string, boots: number): Promise<void> {
  assert.equal(
    await ask(machine, 'cat /root/etcd.env'),
    `ETCD_ADDR=10.0.0.5:4001\nETCD_DISCOVERY=https://discovery.example/${token}\nETCD_PEER_ADDR=10.0.0.5:7001\n`,
  );
  assert.equal(await ask(machine, 'cat /root/fleet.env'), 'FLEET_PUBLIC_IP=10.0.0.5\n');
  const order = (await ask(machine, 'cat /root/order')).trim().split('\n');
  assert.deepEqual(
    order.filter((line) => line === 'etcd' || line === 'fleet'),
    new Array(boots).fill(['etcd', 'fleet']).flat(),
  );
  assert.equal(order.filter((line) => line === 'app 10.0.0.5 hello').length, boots);
  assert.match(
    await ask(machine, 'systemctl show -p DropInPaths etcd.service'),
    /\/run\/systemd\/system\/etcd\.service\.d\/20-cloudinit\.conf/,
  );
  assert.equal(await ask(machine, 'systemctl is-enabled app.service man-db.timer'), 'enabled\nmasked\n');
  assert.equal(await ask(machine, 'systemctl --failed --no-legend --plain'), '');
  const status = await machine.shell.run('guest-init status');
  assert.equal(status.status, 0, status.output);
}

for (const root of roots) {
  const reason = explainSkippedGuest({ keptInCi: root === 'trixie-guest' });
  describe(`${root}: a CoreOS document in the image`, { skip: reason }, () => {
    let disk: Disk | undefined;
    after(() => disk?.remove());

    test('starts its daemons at each boot, and is applied anew when it was edited', async () => {
      const image = await preparePackagedImage(root, { name: 'packaged-coreos', script: prepareDaemons });
      disk = new Disk(image);
      const { 'openstack/latest/user_data': _, ...files } = describeInstance({ key });
      const file = makeIsoDrive({ folder: key.folder, name: `${root}-coreos`, files });
      await withMachine({ image, disk, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
        await settle(machine);
        await assertStarted(machine, 'token-one', 1);
        assert.match(await ask(machine, 'cat /home/ops/.ssh/authorized_keys'), /launch/);

        await machine.reboot();
        await settle(machine);
        await assertStarted(machine, 'token-one', 2);
        assert.doesNotMatch(machine.console(), /is applied anew/);

        await machine.shell.run(`sed -i s/token-one/token-two/ ${stored}; sync`);
        await machine.reboot();
        await settle(machine);
        assert.match(machine.console(), /\/var\/lib\/coreos-install\/user_data is applied anew/);
        await assertStarted(machine, 'token-two', 3);
        await machine.powerOff();
      });
    });
  });
}
