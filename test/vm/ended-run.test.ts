// A run that somebody else ends: killed, out of memory, out of systemd's time. The last line on the console says so, the login prompt comes,
// what was done before stays, and the late stage takes the rest up in the same boot.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const key = new LaunchKey();

/** What the early stage of each boot meets, and what is then told. */
const endings = [
  { meets: 'kill -KILL $PPID; sleep 100', told: 'FAILED (1) the early stage was killed by signal KILL;', end: 'OK' },
  {
    meets: 'echo 1000 > /proc/$PPID/oom_score_adj; tail /dev/zero',
    told: 'FAILED (1) the early stage was killed: the guest ran out of memory;',
    end: 'OK',
  },
  {
    meets: 'kill -STOP $PPID; sleep 1000',
    told: 'FAILED (1) the early stage ran out of time, stopped by systemd;',
    end: 'OK',
  },
  { meets: 'tail /dev/zero', told: 'bootcmd[0] failed, exit 137 ', end: 'DEGRADED' },
] as const;

const userData = `#cloud-config
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL"}
bootcmd:
  - |
    mkdir /run/met 2>/dev/null || exit 0
    boot=$(cat /root/boots 2>/dev/null || echo 0)
    echo $((boot + 1)) > /root/boots
    sync
    case $boot in
${endings.map(({ meets }, boot) => `      ${boot}) ${meets} ;;`).join('\n')}
    esac
write_files:
  - {path: /etc/greeting, content: hello}
`;

const limits = `mkdir -p /etc/systemd/system/guest-init.service.d
printf '[Service]\\nMemoryMax=400M\\nTimeoutStartSec=90\\nTimeoutStopSec=10\\n' > /etc/systemd/system/guest-init.service.d/limits.conf`;

/** What this boot has said on the console. */
function readBoot(machine: Machine): string {
  const console = machine.console();
  return console.slice(console.lastIndexOf('Linux version'));
}

test('a run that is ended by others', { skip: explainSkippedGuest({ keptInCi: false }) }, async () => {
  const image = await preparePackagedImage('bookworm-guest', { name: 'packaged-limits', script: limits });
  const file = makeIsoDrive({ folder: key.folder, name: 'ended', files: describeInstance({ key, userData }) });
  const login = { user: 'ops', key: key.file };
  await withMachine({ image, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
    const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
    for (const [boot, { told, end }] of endings.entries()) {
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await ask('systemctl is-system-running --wait');
      const [, after] = readBoot(machine).split(told);
      if (end === 'OK') {
        // The late stage, in the same boot, has taken it up.
        assert.match(after ?? `not told: ${told}`, /guest-init: OK web-1 /);
        assert.equal(await ask('systemctl --failed --plain --no-legend | cut -d" " -f1'), 'guest-init.service\n');
        assert.equal(await ask('ls /run/guest-init | grep issue'), '');
      }
      assert.ok(after !== undefined, `not told: ${told}`);
      const status = await machine.shell.run('guest-init status; cat /etc/greeting /root/boots');
      assert.match(status.output, new RegExp(`^${end} [\\s\\S]*\\nhello${boot + 1}\\n$`));
      assert.equal(await ask("grep -E 'iso9660|/run/guest-init/private/drive' /proc/mounts"), '');
      await machine.reboot();
    }
    await machine.waitForSsh(login);
    await machine.shell.ready();
    assert.equal(await ask('systemctl is-system-running --wait'), 'running\n');
  });
});
