// When the whole job of a boot has ended, a file says so and how: for scripts, path units, and whoever has no guest-init to ask.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { fullTree, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const marker = '/run/guest-init/ready';
const patient = { timeoutMs: 120_000 };

describe('the ready marker', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('comes with the late stage, for all to read, and again at the next boot', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run', '--stage', 'early'], patient)).status, 0);
      assert.equal(box.stat(marker), undefined);
      assert.equal((await box.run(['guest-init', 'run', '--stage', 'late'], patient)).status, 0);
      const text = box.readFile(marker);
      assert.match(text, /^0 OK web-1 eth0 192\.168\.10\.20\/26 via 192\.168\.10\.1\n$/);
      assert.equal((box.stat(marker)?.mode ?? 0) & 0o777, 0o644);
      // As the docs tell a shell to read it.
      const read = await box.run(['sh', '-c', `read -r code word rest < ${marker} && echo "$code/$word"`], {
        uid: 1000,
      });
      assert.equal(read.stdout, '0/OK\n');
      await box.reboot();
      await box.exec(['rm', '-f', marker]);
      assert.equal((await box.run(['guest-init', 'run'], patient)).status, 0);
      assert.match(box.readFile(marker), /^0 OK web-1 /);
    });
  });

  it('says what failed, also when /var cannot be written', async () => {
    await withSandbox(describeSandbox({ tree: userDataTree('#cloud-config\nruncmd: ["exit 3"]\n') }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'], patient)).status, 2);
      assert.match(box.readFile(marker), /^2 DEGRADED web-1 .*runcmd\[0\] failed, exit 3/);
    });
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      await box.exec(['sh', '-c', 'mkdir -p /var/lib/guest-init && mount -t tmpfs -o ro none /var/lib/guest-init']);
      const run = await box.run(['guest-init', 'run'], patient);
      assert.equal(run.status, 30, run.stdout + run.stderr);
      assert.match(run.stdout, /^guest-init: FAILED \(30\) .*web-1 eth0/m);
      assert.match(box.readFile(marker), /^30 FAILED \(30\) /);
    });
  });

  it('is not made by a run that was refused, nor below --root', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'], { uid: 1000, ...patient })).status, 77);
      await box.exec([
        'sh',
        '-c',
        'mkdir -p /srv/image/etc /srv/image/run /srv/image/var/lib /srv/image/var/log && cp /etc/os-release /etc/passwd /etc/group /srv/image/etc/',
      ]);
      const { stdout } = await box.run(['guest-init', 'run', '--root', '/srv/image', '--device', '/dev/sr0'], patient);
      assert.equal(box.stat(marker), undefined);
      assert.equal(box.stat('/run/guest-init/status.json'), undefined);
      assert.doesNotMatch(stdout, /guest-init run --force/);
      assert.match(stdout, /or: guest-init run --root \/srv\/image --force\n$/);
    });
  });
});
