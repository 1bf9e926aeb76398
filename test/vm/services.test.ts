// What a document has a real guest fetch and set up: packages from an archive on the network, a time server that answers, a certificate that
// programs trust, and the reboot that it asks for at the end. The same right after the first boot and after the second.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { buildArchive } from '../support/apt-repository.ts';
import { exampleRoot } from '../support/certificate.ts';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import { explainSkippedGuest, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const port = 8000;
const bundle = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Everything that this test asks the guest, a line each. The file is what timesyncd leaves when a server has set the clock; what the kernel
 * says of its clock (NTPSynchronized) goes back to no each time that an emulated machine falls behind. A timesyncd that was started a moment
 * before the network was there asks a second time after 64 s.
 */
const look = [
  'for i in $(seq 150); do [ -e /run/systemd/timesync/synchronized ] && break; sleep 1; done',
  'ls /run/systemd/timesync/synchronized',
  'timedatectl show-timesync -p SystemNTPServers -p ServerAddress',
  "dpkg-query -W -f '${db:Status-Abbrev}${Package} ${Version}\\n' alpha gamma",
  'cat /usr/share/alpha',
  `openssl verify -CAfile ${bundle} /usr/local/share/ca-certificates/guest-init-1.crt`,
];

const expected = `/run/systemd/timesync/synchronized
SystemNTPServers=10.0.0.254
ServerAddress=10.0.0.254
ii alpha 1.0
ii gamma 2.1-1
the file of alpha
/usr/local/share/ca-certificates/guest-init-1.crt: OK
`;

const indent = (text: string, columns: number): string => text.replace(/^/gm, ' '.repeat(columns));

const userData = `#cloud-config
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL"}
apt:
  sources_list: |
    deb [trusted=yes] http://10.0.0.254:${port}/ ./
package_update: true
packages: [alpha]
ntp: {ntp_client: systemd-timesyncd, servers: [10.0.0.254]}
ca_certs:
  trusted:
    - |
${indent(exampleRoot, 6)}
write_files:
  - path: /usr/local/sbin/look
    permissions: '0755'
    content: |
      #!/bin/sh
${indent(look.join('\n'), 6)}
runcmd:
  - look > /root/first-boot 2>&1
  - echo ran >> /root/ran
power_state: {mode: reboot, message: the first boot is over}
`;

const key = new LaunchKey();

const roots: readonly GuestRoot[] = ['bookworm-guest-services', 'trixie-guest-services'];

for (const root of roots) {
  const reason = explainSkippedGuest({ keptInCi: root === 'trixie-guest-services' });
  test(`services of ${root}`, { skip: reason }, async () => {
    const image = await preparePackagedImage(root);
    const served = join(key.folder, `${root}.served`);
    mkdirSync(served);
    const archive = buildArchive([
      { name: 'alpha', depends: 'gamma', files: { '/usr/share/alpha': 'the file of alpha\n' } },
      { name: 'gamma', version: '2.1-1' },
    ]);
    for (const [path, bytes] of Object.entries(archive)) writeFileSync(join(served, basename(path)), bytes);
    const files = describeInstance({ key, userData, networkData: true });
    const file = makeIsoDrive({ folder: key.folder, name: root, files });
    await withMachine({ image, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
      const asked = await machine.serve(served, port);
      await machine.shell.ready();
      await machine.waitForConsole(/reboot: Restarting system/);
      await machine.waitForSsh({ user: 'ops', key: key.file });
      await machine.shell.ready();
      const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
      assert.equal(await ask('systemctl is-system-running --wait'), 'running\n');
      assert.equal(await ask('cat /root/first-boot'), expected);
      assert.equal((await machine.shell.run('look', 240_000)).output, expected);
      assert.equal(await ask('cat /root/ran'), 'ran\n');
      const status = await machine.shell.run('guest-init status --wait --timeout 120');
      assert.equal(status.status, 0, status.output);
      const fetched = asked().filter((line) => line.endsWith('.deb'));
      assert.deepEqual(fetched.toSorted(), ['GET /alpha_1.0_all.deb', 'GET /gamma_2.1-1_all.deb']);
      assert.equal(machine.console().match(/reboot: Restarting system/g)?.length, 1);
    });
  });
}
