// The Debian package through its life: installed, upgraded, removed, purged, and what is left in the guest after each.
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasTool, runTool, tryTool } from '../support/command.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { type Packages, requirePackages } from '../support/packages.ts';
import { explainMissingRoots } from '../support/roots.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { compareDigests } from '../support/tree-digest.ts';
import { digest, dpkg, inGuest, releases, withGuest, withOlderPackage } from './guest.ts';

const missing = explainMissingRoots() ?? (hasTool('dpkg-deb') ? undefined : 'needs dpkg-deb');

const links = [
  '/etc/systemd/system/sysinit.target.wants/guest-init.service',
  '/etc/systemd/system/multi-user.target.wants/guest-init-late.service',
];
const config = '/etc/guest-init/config.yaml';
const hook = '/var/lib/cloud/scripts/per-instance/50-guest-init';
const banner = '/etc/issue.d/50-guest-init.issue';
const state = '/var/lib/guest-init/instances/i-1/record.json';

/** What runs leave behind: the first two are guest-init's own, the rest is the guest's. */
const applied = ['/etc/network/interfaces.d/50-guest-init', '/etc/hostname'];

async function leaveTraces(box: Sandbox): Promise<void> {
  box.writeFile(state, '{}\n', 0o600);
  box.writeFile('/var/log/guest-init.log', '{}\n');
  box.writeFile('/var/log/guest-init.log.1', '{}\n');
  for (const path of applied) box.writeFile(path, 'applied\n');
  await box.exec(['mkdir', '-p', '/var/lib/cloud/scripts/per-instance']);
  await box.exec(['ln', '-s', '/usr/lib/guest-init/cloud-init-hook', hook]);
  await box.exec(['mkdir', '-p', '/etc/issue.d']);
  await box.exec(['ln', '-s', '/run/guest-init/issue', banner]);
}

describe('the Debian package', { skip: missing ?? false }, () => {
  let packages: Packages;
  before(() => {
    packages = requirePackages();
  });
  after(assertNothingLeft);

  for (const release of releases) {
    it(`${release}: installs, runs, is enabled, and purging it leaves nothing`, async () => {
      await withGuest({ release, packages }, async (box) => {
        const untouched = digest(box);
        const said = await dpkg(box, '--install', inGuest.deb);
        assert.doesNotMatch(said, /warning|error/i);
        assert.equal((await box.exec(['guest-init', '--version'])).includes(packages.version), true);
        for (const link of links) assert.equal(box.stat(link)?.isSymbolicLink(), true, link);
        assert.equal((await box.exec(['dpkg', '--verify', 'guest-init'])).trim(), '');
        assert.equal(
          (await box.exec(['systemctl', 'is-enabled', 'guest-init.service', 'guest-init-late.service'])).trim(),
          'enabled\nenabled',
        );
        // What systemd 247 looks for first; read-only, so that its test run cannot move processes of this machine.
        await box.exec(['mkdir', '-p', '/sys/fs/cgroup']);
        await box.exec(['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']);
        await box.exec(['mount', '-o', 'remount,bind,ro', '/sys/fs/cgroup']);
        const units = ['guest-init.service', 'guest-init-late.service'].map(
          (name) => `/usr/lib/systemd/system/${name}`,
        );
        const verified = await box.run(['systemd-analyze', 'verify', '--man=no', ...units]);
        assert.deepEqual([verified.status, verified.stdout + verified.stderr], [0, '']);
        const fresh = digest(box);

        await dpkg(box, '--remove', 'guest-init');
        const left = compareDigests(untouched, digest(box)).map((line) => line.split(' ')[1]);
        assert.deepEqual(left, ['/etc/guest-init', config]);

        await dpkg(box, '--install', inGuest.deb);
        assert.deepEqual(compareDigests(fresh, digest(box)), [], 'a reinstall is an install');

        await dpkg(box, '--purge', 'guest-init');
        assert.deepEqual(compareDigests(untouched, digest(box)), [], 'purged');
        assert.equal((await box.run(['dpkg-query', '-W', 'guest-init'])).status, 1);
      });
    });

    it(`${release}: an upgrade keeps state, edits and what the administrator disabled, and asks nothing`, async () => {
      await withOlderPackage({ packages }, (old) =>
        withGuest({ release, packages, old }, async (box) => {
          await dpkg(box, '--install', inGuest.old);
          box.writeFile(config, 'default_user: ops\n');
          await leaveTraces(box);
          await box.exec(['systemctl', 'disable', 'guest-init-late.service']);
          await dpkg(box, '--install', inGuest.deb);
          assert.equal((await box.exec(['guest-init', '--version'])).includes(packages.version), true);
          assert.equal(box.readFile(config), 'default_user: ops\n');
          assert.equal(box.readFile(state), '{}\n');
          assert.deepEqual(
            links.map((link) => box.stat(link) !== undefined),
            [true, false],
          );
          assert.equal((await box.exec(['find', '/etc', '/usr', '-name', '*.dpkg-*'])).trim(), '');
        }),
      );
    });
  }

  it('takes a new default of the settings where nobody edited it, and keeps an edited file on request', async () => {
    const change = (tree: string) => writeFileSync(join(tree, config), '# what version 0.0.9 said\n');
    await withOlderPackage({ packages, change }, (old) =>
      withGuest({ release: 'bookworm-guest', packages, old }, async (box) => {
        await dpkg(box, '--install', inGuest.old);
        await dpkg(box, '--install', inGuest.deb);
        assert.match(box.readFile(config), /^# \/etc\/guest-init\/config\.yaml/);
        await dpkg(box, '--install', '--force-downgrade', inGuest.old);
        box.writeFile(config, 'default_user: ops\n');
        await dpkg(box, '--install', '--force-confold', inGuest.deb);
        assert.equal(box.readFile(config), 'default_user: ops\n');
      }),
    );
  });

  it('drops what an older version installed and the new one does not', async () => {
    const change = (tree: string) => appendFileSync(join(tree, 'usr/lib/guest-init/obsolete'), 'old\n');
    await withOlderPackage({ packages, change }, (old) =>
      withGuest({ release: 'bookworm-guest', packages, old }, async (box) => {
        await dpkg(box, '--install', inGuest.old);
        assert.notEqual(box.stat('/usr/lib/guest-init/obsolete'), undefined);
        await dpkg(box, '--install', inGuest.deb);
        assert.equal(box.stat('/usr/lib/guest-init/obsolete'), undefined);
      }),
    );
  });

  it('keeps state when it is removed, deletes it when it is purged, and never touches what was applied', async () => {
    await withGuest({ release: 'bookworm-guest', packages }, async (box) => {
      await dpkg(box, '--install', inGuest.deb);
      await leaveTraces(box);
      await dpkg(box, '--remove', 'guest-init');
      assert.equal(box.readFile(state), '{}\n');
      assert.notEqual(box.stat(config), undefined);
      for (const link of [hook, banner]) assert.equal(box.stat(link), undefined, 'a link to what is gone');
      await dpkg(box, '--purge', 'guest-init');
      const gone = ['/var/lib/guest-init', '/var/log/guest-init.log', '/var/log/guest-init.log.1', '/etc/guest-init'];
      for (const path of gone) assert.equal(box.stat(path), undefined, path);
      for (const path of applied) assert.equal(box.readFile(path), 'applied\n', path);
    });
  });

  it("leaves another package's script in the place of the hook alone", async () => {
    await withGuest({ release: 'bookworm-guest', packages }, async (box) => {
      await dpkg(box, '--install', inGuest.deb);
      box.writeFile(hook, '#!/bin/sh\n', 0o755);
      await dpkg(box, '--purge', 'guest-init');
      assert.equal(box.readFile(hook), '#!/bin/sh\n');
    });
  });

  it('is not enabled again by a reinstall when the administrator had disabled it', async () => {
    await withGuest({ release: 'trixie-guest', packages }, async (box) => {
      await dpkg(box, '--install', inGuest.deb);
      await box.exec(['systemctl', 'disable', 'guest-init.service']);
      await dpkg(box, '--remove', 'guest-init');
      await dpkg(box, '--install', inGuest.deb);
      assert.deepEqual(
        links.map((link) => box.stat(link) !== undefined),
        [false, true],
      );
    });
  });

  it('starts nothing', async () => {
    await withGuest({ release: 'bookworm-guest', packages }, async (box) => {
      box.shim('systemctl', 'echo "$*" >>/run/systemctl.log');
      await box.exec(['mkdir', '-p', '/run/systemd/system']);
      await dpkg(box, '--install', inGuest.deb);
      await dpkg(box, '--install', inGuest.deb);
      await dpkg(box, '--purge', 'guest-init');
      const calls = box.readFile('/run/systemctl.log');
      assert.match(calls, /daemon-reload/);
      assert.doesNotMatch(calls, /start|stop|--now|isolate/);
    });
  });

  it('refuses to be installed where neither net-tools nor iproute2 is', () => {
    const depends = runTool(['dpkg-deb', '--field', packages.deb, 'Depends']);
    assert.match(depends, /(^|, )net-tools \| iproute2(,|$)/);
    assert.match(depends, /libc6 \(>= 2\.28\)/);
  });

  it('lintian finds no error and no warning', { skip: hasTool('lintian') ? false : 'needs lintian' }, () => {
    const { status, stdout } = tryTool(['lintian', '--allow-root', '--fail-on', 'error,warning', packages.deb]);
    assert.deepEqual([status, stdout], [0, '']);
  });
});
