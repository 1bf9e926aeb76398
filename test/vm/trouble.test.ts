// What the person at the console sees when the drive is late, missing, broken or wrong: a login prompt in bounded time, and a last line
// that names the cause and the next step.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { explainMissingMachines, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage, uuidOf } from '../support/vm/scenario.ts';

const skip = explainMissingMachines() ?? false;
const id = 'i-0000000a';
const novaUuid = uuidOf(id);

const key = new LaunchKey();

/** Lines of the agent on the console, without the kernel's time stamp. */
function linesOfAgent(machine: Machine): string[] {
  return machine
    .console()
    .split('\n')
    .flatMap((line) => /guest-init\[\d+\]: (guest-init: .*)$/.exec(line)?.[1] ?? []);
}

/** Waits for the prompt and the end of the boot, then holds everything that tells the outcome against each other. */
async function assertTold(machine: Machine, expected: { code: number; line: RegExp; hint: RegExp }): Promise<void> {
  await machine.waitForConsole(/login: /);
  await machine.shell.ready();
  await machine.shell.run('systemctl is-system-running --wait');
  const last = linesOfAgent(machine).at(-1) ?? '';
  assert.match(last, expected.line);
  assert.match(last, expected.hint);
  const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
  const status = await machine.shell.run('guest-init status');
  assert.equal(status.status, expected.code, status.output);
  const words = last.replace(/ \[[^\]]*\]/, '').slice(0, 60);
  const journal = await ask('journalctl --no-pager -o cat -u guest-init -u guest-init-late');
  assert.ok(journal.replace(/ \[\d[^\]]*\]/g, '').includes(words), journal);
  const log = await ask('tail -n 20 /var/log/guest-init.log');
  assert.ok(
    log.includes(
      words
        .replace(/^guest-init: \w+ /, '')
        .slice(0, 40)
        .replaceAll('"', '\\"'),
    ),
    log,
  );
  // Whoever comes later reads it above the prompt.
  if (expected.code !== 0)
    assert.match(await ask('cat /etc/issue.d/50-guest-init.issue'), /^guest-init: (FAILED|DEGRADED) /);
  assert.equal(await ask("grep -E 'iso9660|/run/guest-init/private/drive' /proc/mounts"), '');
}

describe('a boot that does not go well', { skip }, () => {
  test('a drive that is plugged in 5 s after the agent began to wait is applied', async () => {
    const image = await preparePackagedImage('bookworm-guest');
    const file = makeIsoDrive({ folder: key.folder, name: 'late', files: describeInstance({ key }) });
    await withMachine({ image, novaUuid, drives: [{ file, as: 'cdrom', late: true }] }, async (machine) => {
      await machine.waitForConsole(/waiting up to 60 s for a drive labelled config-2/);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      await machine.plug();
      await machine.waitForSsh({ user: 'ops', key: key.file });
      await assertTold(machine, {
        code: 0,
        line: /^guest-init: OK web-1 eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254/,
        hint: /./,
      });
    });
  });

  test('no drive where nobody promised one: nothing to do, after ten seconds', async () => {
    const image = await preparePackagedImage('bookworm-guest');
    await withMachine({ image }, async (machine) => {
      const line = /^guest-init: OK no drive labelled config-2; nothing to do/;
      await assertTold(machine, { code: 0, line, hint: /./ });
    });
  });

  test('no drive on OpenStack: exit 10 after a minute, and a login prompt', async () => {
    const image = await preparePackagedImage('bookworm-guest');
    await withMachine({ image, novaUuid }, async (machine) => {
      const line = /^guest-init: FAILED \(10\) no drive labelled config-2 came; nothing was applied/;
      await assertTold(machine, { code: 10, line, hint: /attach the config drive, then reboot, or: guest-init run/ });
    });
  });

  test('a corrupt drive: exit 12, named', async () => {
    const image = await preparePackagedImage('bookworm-guest');
    const good = makeIsoDrive({ folder: key.folder, name: 'corrupt', files: describeInstance({ key }) });
    const bytes = readFileSync(good);
    // Volume descriptors and label stay; every folder is gone.
    writeFileSync(good, bytes.fill(0xff, 20 * 2048));
    await withMachine({ image, drives: [{ file: good, as: 'cdrom' }] }, async (machine) => {
      await assertTold(machine, {
        code: 12,
        line: /^guest-init: FAILED \(12\) .*\/dev\/sr0/,
        hint: /guest-init|blkid|dmesg|rebuild|attach/,
      });
    });
  });

  test('user_data with an error: line and column, and the launch key still logs in', async () => {
    const image = await preparePackagedImage('bookworm-guest');
    const userData = '#cloud-config\nruncmd:\n  - touch /root/ran\n users: [broken\n';
    const file = makeIsoDrive({ folder: key.folder, name: 'error', files: describeInstance({ key, userData }) });
    await withMachine({ image, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
      await machine.waitForSsh({ user: 'debian', key: key.file });
      await assertTold(machine, {
        code: 2,
        line: /^guest-init: DEGRADED web-1 eth0 10\.0\.0\.5\/24 .*user_data:4:\d+/,
        hint: /guest-init status/,
      });
      assert.match(machine.console(), /guest-init: DEGRADED [\s\S]*login: /);
    });
  });
});

describe('the order of the boot', { skip }, () => {
  test('no way to log in waits for the late stage, and no cycle was broken', async () => {
    const image = await preparePackagedImage('bookworm-guest');
    const file = makeIsoDrive({ folder: key.folder, name: 'order', files: describeInstance({ key }) });
    await withMachine({ image, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
      await machine.shell.ready();
      const before = async (unit: string): Promise<string> =>
        (await machine.shell.run(`systemctl list-dependencies --after --all --plain --no-pager ${unit}`)).output;
      const logins = [
        ...[
          'ssh.service',
          'getty@tty1.service',
          'serial-getty@ttyS0.service',
          'getty.target',
          'systemd-logind.service',
        ],
        ...['systemd-user-sessions.service', 'user@0.service', 'network.target', 'basic.target', 'sysinit.target'],
      ];
      for (const unit of logins) {
        const ordered = await before(unit);
        assert.ok(ordered.split('\n').length > 3, `${unit}: ${ordered}`);
        assert.doesNotMatch(ordered, /guest-init-late\.service/, unit);
      }
      // The walk sees what is there: sshd does wait for the early stage.
      assert.match(await before('ssh.service'), /guest-init\.service/);
      const { output } = await machine.shell.run(
        'journalctl -b --no-pager | grep -iE "ordering cycle|guest-init.*(denied|Failed)"',
      );
      assert.equal(output, '');
      const verify = await machine.shell.run(
        'systemd-analyze verify --man=no guest-init.service guest-init-late.service 2>&1 | grep guest-init',
      );
      assert.equal(verify.output, '');
    });
  });
});
