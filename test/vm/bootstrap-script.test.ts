// Scripts that used to be pushed over ssh, as user_data: a first stage in Python that fetches a second one from the network and runs it with
// bash, and another in bash. What they did is told by the log and by the exit code of `status --wait`; a reboot repeats nothing.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { makeMime } from '../../src/userdata/testing/sources.ts';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import { Disk, explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage, uuidOf } from '../support/vm/scenario.ts';

const port = 8000;

const firstStage = `#!/usr/bin/env python3
import os, socket, subprocess, sys, urllib.request
print("first stage on", socket.getfqdn(), "of", os.environ["INSTANCE_ID"], flush=True)
with urllib.request.urlopen("http://10.0.0.254:${port}/install", timeout=30) as answer:
    script = answer.read()
sys.exit(subprocess.run(["bash", "-s", "--", "-M"], input=script).returncode)
`;

/** What no other shell understands. */
const minion = `#!/bin/bash
words=(minion of "$HOSTNAME")
[[ \${words[0]} == min* ]] && echo "\${words[@]}" >> /root/minion
exec 3<>/dev/tcp/10.0.0.254/${port} && printf 'GET /minion HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3
`;

const install = (status: number): string => `echo "installing the master: \${1}"
echo "installed by \${BASH_VERSION%%.*}" >> /root/master
echo "the mirror of the master answers ${status}" >&2
exit ${status}
`;

const key = new LaunchKey();

const roots: readonly GuestRoot[] = ['bookworm-guest-netplan', 'trixie-guest-netplan'];

for (const root of roots) {
  const reason = explainSkippedGuest({ keptInCi: root === 'trixie-guest-netplan' });
  describe(`${root}: a bootstrap script`, { skip: reason }, () => {
    let disk: Disk | undefined;
    after(() => disk?.remove());

    /** Boots the disk as instance `id`; the second stage that it fetches ends with `status`. */
    async function boot(
      options: { id: string; status: number },
      body: (machine: Machine, asked: () => string[]) => Promise<void>,
    ): Promise<void> {
      const image = await preparePackagedImage(root);
      disk ??= new Disk(image);
      const name = `${root}-${options.id}`;
      const served = join(key.folder, `${name}.served`);
      mkdirSync(served);
      writeFileSync(join(served, 'install'), install(options.status));
      writeFileSync(join(served, 'minion'), '');
      const userData = makeMime([
        { type: 'text/x-shellscript', body: firstStage, name: 'first-stage' },
        { type: 'text/x-shellscript', body: minion, name: 'minion' },
      ]);
      const hostname = 'minion1.cluster.internal';
      const files = describeInstance({ key, id: options.id, hostname, userData, networkData: true });
      const file = makeIsoDrive({ folder: key.folder, name, files });
      await withMachine({ image, disk, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
        const asked = await machine.serve(served, port);
        await settle(machine);
        await body(machine, asked);
        await machine.powerOff();
      });
    }

    async function settle(machine: Machine): Promise<void> {
      await machine.waitForSsh({ user: 'debian', key: key.file });
      await machine.shell.ready();
    }

    const ask = async (machine: Machine, command: string): Promise<string> => (await machine.shell.run(command)).output;

    test('that fails is told with its exit status and last words, and a reboot does not repeat it', async () => {
      await boot({ id: 'i-0000000a', status: 7 }, async (machine, asked) => {
        const login = { user: 'debian', key: key.file };
        // Whoever waits for the guest does so over ssh, while it still works.
        const waited = await machine.ssh(login, 'sudo guest-init status --wait --timeout 120');
        assert.equal(waited.status, 2, waited.output);
        assert.match(waited.output, /first-stage[\s\S]*7[\s\S]*the mirror of the master answers 7/);
        assert.deepEqual(asked(), ['GET /install', 'GET /minion']);
        assert.equal(await ask(machine, 'cat /root/master'), 'installed by 5\n');
        assert.equal(await ask(machine, 'cat /root/minion'), 'minion of minion1\n');
        const output = await ask(machine, 'cat /var/lib/guest-init/instances/*/output/*first-stage*.log');
        const told = ['installing the master: -M', 'the mirror of the master answers 7'];
        const name = 'minion1.cluster.internal';
        assert.deepEqual(output.trim().split('\n'), [`first stage on ${name} of ${uuidOf('i-0000000a')}`, ...told]);
        assert.match(
          await ask(machine, 'cat /var/lib/guest-init/instances/*/output/*minion*.log'),
          /^HTTP\/1\.[01] 200/m,
        );
        assert.match(machine.console(), /guest-init: DEGRADED minion1 .*first-stage/);

        await machine.reboot();
        await settle(machine);
        const again = await machine.ssh(login, 'sudo guest-init status --wait --timeout 120');
        assert.equal(again.status, 2, again.output);
        assert.deepEqual(asked(), ['GET /install', 'GET /minion']);
        assert.equal(await ask(machine, 'cat /root/master /root/minion'), 'installed by 5\nminion of minion1\n');
      });
    });

    test('of the next instance, that succeeds, is waited for and ends with 0', async () => {
      await boot({ id: 'i-0000000b', status: 0 }, async (machine, asked) => {
        const waited = await machine.ssh(
          { user: 'debian', key: key.file },
          'sudo guest-init status --wait --timeout 120',
        );
        assert.equal(waited.status, 0, waited.output);
        assert.deepEqual(asked(), ['GET /install', 'GET /minion']);
        assert.equal(await ask(machine, 'cat /root/master'), 'installed by 5\ninstalled by 5\n');
        assert.equal(await ask(machine, 'systemctl --failed --no-legend --plain'), '');
      });
    });
  });
}
