// F16: a processor that has no random numbers and no device that gives any: the boot ends in time, with host keys and a login.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import { explainSkippedGuest, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const key = new LaunchKey();

/** The kernel believes neither the processor nor whoever started it. */
const kernelWords = 'net.ifnames=0 random.trust_cpu=off random.trust_bootloader=off';

const roots: readonly { root: GuestRoot; keptInCi: boolean }[] = [
  { root: 'bookworm-guest', keptInCi: true },
  { root: 'trixie-guest', keptInCi: false },
  { root: 'bullseye-guest', keptInCi: false },
];

for (const { root, keptInCi } of roots)
  test(`no entropy in ${root}`, { skip: explainSkippedGuest({ keptInCi }) }, async () => {
    const image = await preparePackagedImage(root);
    const file = makeIsoDrive({ folder: key.folder, name: root, files: describeInstance({ key }) });
    const options = { image, kernelWords, hasNoEntropy: true, drives: [{ file, as: 'cdrom' }] } as const;
    await withMachine(options, async (machine) => {
      await machine.waitForSsh({ user: 'ops', key: key.file });
      await machine.shell.ready();
      const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
      const sources = await ask(
        'grep -cE " (rdrand|rdseed)( |$)" /proc/cpuinfo; cat /sys/class/misc/hw_random/rng_current 2>/dev/null || echo none',
      );
      assert.equal(sources, '0\nnone\n');
      assert.equal(await ask('systemctl is-system-running --wait'), 'running\n');
      const status = await machine.shell.run('guest-init status');
      assert.equal(status.status, 0, status.output);
      assert.match(await ask('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'), /^256 SHA256:/);
    });
  });
