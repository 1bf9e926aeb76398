// F15: the machine's clock is years off at power-on and jumps while the job runs, by years, back to 1970 and over the end of
// 32-bit time: deadlines and durations are those of a clock that does not jump, and the guest ends as any other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeIsoDrive } from '../support/vm/config-drive.ts';
import { explainSkippedGuest, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const key = new LaunchKey();

/** In the early stage and in the late one; the command that hangs does so across a jump of a year and must be ended after its 10 s. */
const userData = `#cloud-config
bootcmd:
  - date -s '+1 year'
  - date -s '-2 years'
users:
  - {name: ops, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL"}
write_files:
  - {path: /etc/greeting, content: "hello\\n", owner: 'ops:ops', permissions: '0640'}
runcmd:
  - date -s @100000
  - (sleep 2; date -s '+1 year'; sleep 2; date -s '-1 year') >/dev/null 2>&1 & sleep 1000
  - date -s '2038-01-19 03:14:06 UTC'; sleep 3
  - date -s '2100-02-28 23:59:59 UTC'
  - date -s '2026-01-01 00:00:00 UTC'; echo ran >> /root/ran
`;

const clocks = [
  { clock: '1970-01-01T00:00:01', keptInCi: false },
  { clock: '2038-01-19T03:13:50', keptInCi: true },
  { clock: '2099-12-31T23:59:40', keptInCi: false },
];

type Report = {
  readonly state: string;
  readonly ms: number;
  readonly stages: readonly { readonly name: string; readonly ms: number }[];
  readonly steps: readonly {
    readonly id: string;
    readonly status: string;
    readonly ms: number;
    readonly startMs?: number;
  }[];
};

/** Seconds that nothing here takes, however slow the machine; a jump would make it years. */
const longSeconds = 600;

/** `state`: of this boot. */
async function assertSameEnd(machine: Machine, state: 'ok' | 'degraded'): Promise<void> {
  const ask = async (command: string): Promise<string> => (await machine.shell.run(command)).output;
  const report = JSON.parse(await ask('guest-init report --json')) as Report;
  const notDone = report.steps.filter(({ status }) => status === 'failed' || status === 'skipped');
  assert.deepEqual([report.state, notDone.map(({ id }) => id)], [state, ['runcmd/1']]);
  const [hung] = notDone;
  assert.ok(hung !== undefined && hung.ms >= 10_000 && hung.ms < 60_000, JSON.stringify(hung));
  const times = [report.ms, ...[...report.stages, ...report.steps].map(({ ms }) => ms)];
  const starts = report.steps.map(({ startMs }) => startMs ?? 0);
  const strange = [...times, ...starts].filter((ms) => !(ms >= 0 && ms < longSeconds * 1000));
  assert.deepEqual(strange, []);
  assert.equal(await ask('cat /etc/greeting; stat -c "%a %U:%G" /etc/greeting'), 'hello\n640 ops:ops\n');
  assert.equal(await ask('cat /root/ran; hostname'), 'ran\nweb-1\n');
  assert.equal(
    await ask("ip -4 -o addr show dev eth0 | awk '{print $4}'; ip -4 route show default | cut -d' ' -f1-5"),
    '10.0.0.5/24\ndefault via 10.0.0.254 dev eth0\n',
  );
  assert.equal(await ask("grep -E 'iso9660|/run/guest-init/private/drive' /proc/mounts"), '');
}

for (const { clock, keptInCi } of clocks)
  test(`power-on at ${clock}`, { skip: explainSkippedGuest({ keptInCi }) }, async () => {
    const image = await preparePackagedImage('bookworm-guest', {
      name: 'packaged-clock',
      config: 'timeout: {command: 10}\n',
    });
    const file = makeIsoDrive({
      folder: key.folder,
      name: clock.replaceAll(':', '-'),
      files: describeInstance({ key, userData }),
    });
    await withMachine({ image, clock, drives: [{ file, as: 'cdrom' }] }, async (machine) => {
      const login = { user: 'ops', key: key.file };
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await machine.shell.run('guest-init status --wait --timeout 200', 240_000);
      assert.equal((await machine.ssh(login, 'sudo -n id -un')).output, 'root\n');
      await assertSameEnd(machine, 'degraded');
      await machine.reboot();
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await machine.shell.run('guest-init status --wait --timeout 200', 240_000);
      await assertSameEnd(machine, 'ok');
    });
  });
