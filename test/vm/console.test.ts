// What a real guest shows to whoever sits at its console: NICs that udev renames at boot, a run that goes wrong, systemd's own views of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { explainMissingMachines, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const skip = explainMissingMachines() ?? false;
const failing = `#cloud-config
runcmd:
  - touch /root/first
  - echo no such disk >&2; exit 5
`;
const verdict =
  /guest-init: DEGRADED web-1 en\w+ 10\.0\.0\.5\/24 via 10\.0\.0\.254; runcmd\[1\] failed, exit 5 \(openstack\/latest\/user_data:4:5\) \[\d[^\]]*\]; see: guest-init status/;

/** Loads the NIC's driver when guest-init has begun to wait for the NIC. */
const lateDriver = `cat > /etc/systemd/system/late-driver.service <<'END'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -c 'until grep -qs "waiting up to" /var/log/guest-init.log; do sleep 0.5; done; modprobe virtio_net'
[Install]
WantedBy=sysinit.target
END
systemctl enable late-driver.service`;

const key = new LaunchKey();

type Boot = { readonly kernelWords: string; readonly image?: Parameters<typeof preparePackagedImage>[1] };

async function boot({ kernelWords, image: more }: Boot, body: (machine: Machine) => Promise<void>): Promise<void> {
  const image = await preparePackagedImage('bookworm-guest', more);
  const files = describeInstance({ key, userData: failing, networkData: true });
  const file = makeIsoDrive({ folder: key.folder, name: 'console', files });
  await withMachine({ image, drives: [{ file, as: 'cdrom' }], kernelWords }, body);
}

/** Output of a command that has to succeed. */
async function say(machine: Machine, command: string): Promise<string> {
  const { output, status } = await machine.shell.run(command);
  assert.equal(status, 0, `${command}: ${output}`);
  return output;
}

describe('at the console of a real guest', { skip }, () => {
  test('a NIC that udev renames gets its address; the failure is on the console, in the prompt, in systemd and in the log', async () => {
    await boot({ kernelWords: 'net.ifnames=1' }, async (machine) => {
      await machine.waitForConsole(verdict);
      await machine.waitForConsole(
        /\n\nguest-init: DEGRADED web-1 .*\n {12}exit 5 \(.*\n {12}see: guest-init status\n\nweb-1 login:/,
        60_000,
      );
      const shown = machine.console().match(/guest-init: DEGRADED.* \[\d[^\]]*\]/g) ?? [];
      assert.equal(shown.length, 1, shown.join('\n'));
      await machine.shell.ready();
      // The early run must not have taken the kernel's name.
      const links = await say(machine, 'ls /sys/class/net');
      assert.doesNotMatch(links, /eth0/);

      const told = await machine.shell.run('guest-init status');
      assert.equal(told.status, 2);
      assert.match(told.output, /^DEGRADED \(2\) web-1 en/);
      assert.match(told.output, /^ +\| no such disk$/m);

      const journal = await say(machine, 'journalctl -b -o cat -u guest-init -u guest-init-late');
      assert.ok(!journal.includes('\u001b'), journal);
      assert.match(journal, verdict);
      const ours = (await machine.shell.run('systemctl status -l --no-pager guest-init-late')).output
        .split('\n')
        .filter((line) => /guest-init\[\d+\]/.test(line));
      assert.match(ours.at(-1) ?? '', verdict);

      const log = (await say(machine, 'cat /var/log/guest-init.log'))
        .trim()
        .split('\n')
        .map(
          (line) => JSON.parse(line) as { level: string; msg: string; step?: string; ms?: number; summary?: string },
        );
      const steps = log.filter(({ step, msg }) => step !== undefined && msg !== 'step started');
      assert.ok(steps.length > 5);
      for (const { step, level, ms, summary = '' } of steps) {
        assert.ok(typeof ms === 'number' && ['info', 'warn', 'error'].includes(level), step);
        assert.ok(journal.includes(summary), `${step} is not in the journal:\n${journal}`);
      }
      assert.deepEqual(
        steps.filter(({ level }) => level === 'error').map(({ step }) => step),
        ['runcmd/1'],
      );
    });
  });

  test('a NIC whose driver is loaded while guest-init runs is waited for, under the name that udev gives it', async () => {
    const image = { name: 'late-driver', script: lateDriver };
    await boot({ kernelWords: 'net.ifnames=1 modprobe.blacklist=virtio_net', image }, async (machine) => {
      await machine.waitForConsole(/waiting up to 20 s for NIC fa:16:3e:00:00:05/);
      await machine.waitForConsole(/waited \d+\.\d s for (?:NIC fa:16:3e:00:00:05|udev to name \w+)\n/, 60_000);
      await machine.waitForConsole(verdict);
      await machine.shell.ready();
      assert.match(await say(machine, 'ip -4 -o address show dev ens5'), /10\.0\.0\.5\/24/);
      await machine.waitForSsh({ user: 'debian', key: key.file }, 60_000);
    });
  });

  test('guest-init=off on the kernel command line: nothing runs, and status says why', async () => {
    await boot({ kernelWords: 'guest-init=off' }, async (machine) => {
      await machine.waitForConsole(/template login:|localhost login:|\w+ login:/);
      await machine.shell.ready();
      const told = await machine.shell.run('guest-init status');
      assert.equal(told.status, 1);
      assert.match(told.output, /^NEVER \(1\) switched off for this boot by guest-init=off/);
      assert.equal((await machine.shell.run('test -e /root/first')).status, 1);
      assert.doesNotMatch(machine.console(), /guest-init: /);
    });
  });
});
