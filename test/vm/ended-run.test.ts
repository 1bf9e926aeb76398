// A run that somebody else ends: killed, out of memory, out of systemd's time. The last line on the console says so, the login prompt comes,
// what was done before stays, and the late stage takes the rest up in the same boot.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { explainMissingMachines, explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

let key: LaunchKey;
before(() => {
  if (explainMissingMachines() === undefined) key = new LaunchKey();
});
after(() => key?.remove());

/** The first boot kills the early stage, the second eats its memory, the third stops it; the late stage and the fourth boot go on. */
const userData = `#cloud-config
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL"}
bootcmd:
  - |
    [ "$GUEST_INIT_STAGE" = early ] || exit 0
    boot=$(cat /root/boots 2>/dev/null || echo 0)
    echo $((boot + 1)) > /root/boots
    sync
    case $boot in
      0) kill -KILL $PPID; sleep 100 ;;
      1) tail /dev/zero ;;
      2) kill -STOP $PPID; sleep 1000 ;;
    esac
write_files:
  - {path: /etc/greeting, content: hello}
`;

const limits = `mkdir -p /etc/systemd/system/guest-init.service.d
printf '[Service]\\nMemoryMax=400M\\nTimeoutStartSec=90\\nTimeoutStopSec=10\\n' > /etc/systemd/system/guest-init.service.d/limits.conf`;

const endings = [
  { why: 'was killed by signal KILL' },
  { why: 'was killed: the guest ran out of memory' },
  { why: 'ran out of time, stopped by systemd' },
];

/** What this boot has said on the console. */
function readBoot(machine: Machine): string {
  const console = machine.console();
  return console.slice(console.lastIndexOf('Linux version'));
}

test('a run that is ended by others', { skip: explainSkippedGuest({ keptInCi: false }) }, async (t) => {
  const image = await preparePackagedImage('bookworm-guest', { name: 'packaged-limits', script: limits });
  const file = makeIsoDrive({ folder: key.folder, name: 'ended', files: describeInstance({ key, userData }) });
  const login = { user: 'ops', key: key.file };
  await withMachine({ image, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
    const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
    for (const [boot, { why }] of endings.entries()) {
      await t.test(why, async () => {
        await machine.waitForSsh(login);
        await machine.shell.ready();
        await ask('systemctl is-system-running --wait');
        const line = `guest-init: FAILED (1) the early stage ${why}; the rest is done by the next run: guest-init run`;
        assert.ok(readBoot(machine).includes(line), readBoot(machine));
        // That run is the late stage, in the same boot.
        assert.match(readBoot(machine), /FAILED \(1\) the early stage [\s\S]*guest-init: OK web-1 /);
        const status = await machine.shell.run('guest-init status; cat /etc/greeting /root/boots');
        assert.match(status.output, new RegExp(`^OK [\\s\\S]*\\nhello${boot + 1}\\n$`));
        assert.equal(
          await ask(
            "grep -E 'iso9660|/run/guest-init/private/drive' /proc/mounts; cat /etc/issue.d/50-guest-init.issue 2>&1 | grep FAILED",
          ),
          '',
        );
        assert.equal(await ask('systemctl --failed --plain --no-legend | cut -d" " -f1'), 'guest-init.service\n');
        await machine.reboot();
      });
    }
    await machine.waitForSsh(login);
    await machine.shell.ready();
    assert.equal(await ask('systemctl is-system-running --wait'), 'running\n');
  });
});
