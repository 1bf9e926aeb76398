// packages with the real apt-get and dpkg, from an archive of the guest's own: what is installed, what a wrong name costs, locks,
// interrupted installs and second runs.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { archiveSource, buildArchive } from '../support/apt-repository.ts';
import type { RunResult } from '../support/command-inside.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots, type RootName } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const archive = buildArchive([
  { name: 'alpha' },
  { name: 'beta', version: '2.5-1', depends: 'gamma' },
  { name: 'gamma', provides: 'delta' },
  { name: 'broken', scripts: { postinst: '#!/bin/sh\necho the disk of broken is full >&2\nexit 3\n' } },
  { name: 'asks', scripts: { postinst: '#!/bin/sh\necho "$DEBIAN_FRONTEND" > /root/frontend\ntest ! -t 0\n' } },
]);

async function withGuest(
  body: string,
  check: (box: Sandbox, run: RunResult) => Promise<void>,
  more: { prepare?: (box: Sandbox) => Promise<void> | void; root?: RootName } = {},
): Promise<void> {
  const sandbox = {
    root: more.root ?? 'bookworm',
    files: { ...archive, '/etc/apt/sources.list': `${archiveSource}\n` },
  } as const;
  await withSandbox(describeSandbox({ tree: userDataTree(`#cloud-config\n${body}`), sandbox }), async (box) => {
    await more.prepare?.(box);
    const run = await box.run(['guest-init', 'run'], { timeoutMs: 120_000 });
    await check(box, run);
  });
}

async function listInstalled(box: Sandbox): Promise<string[]> {
  const format = '$' + '{db:Status-Abbrev} $' + '{Package} $' + '{Version}\n';
  const names = /^(\S+) +((?:alpha|beta|gamma|broken|asks) .*)$/;
  const listing = await box.exec(['dpkg-query', '-W', '-f', format]);
  return listing.split('\n').flatMap((line) => {
    const [, state, name] = names.exec(line) ?? [];
    return name === undefined ? [] : [state === 'ii' ? name : `${name} (${state})`];
  });
}

describe('packages', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  for (const root of ['bullseye-guest', 'bookworm', 'trixie-alpine'] as const)
    it(`installs what is named and what that needs, once: ${root}`, async () => {
      const body = 'packages: [alpha, [beta, 2.5-1], asks]\n';
      await withGuest(
        body,
        async (box, run) => {
          assert.equal(run.status, 0, run.stdout + run.stderr);
          assert.deepEqual(await listInstalled(box), ['alpha 1.0', 'asks 1.0', 'beta 2.5-1', 'gamma 1.0']);
          assert.equal(box.readFile('/root/frontend'), 'noninteractive\n');
          const logs = await box.exec(['sh', '-c', 'cd /var/lib/guest-init/instances/*/output && grep -l . *']);
          assert.deepEqual(logs.trim().split('\n'), ['packages-apt-2.log', 'packages-apt.log']);
          const before = box.digest([/^\/var\/lib\/guest-init/, /guest-init\.log$/]);
          const again = await box.run(['guest-init', 'run', '--force']);
          assert.equal(again.status, 0, again.stdout + again.stderr);
          assert.match(again.stdout, /= packages\/apt/);
          assert.deepEqual([...box.digest([/^\/var\/lib\/guest-init/, /guest-init\.log$/])], [...before]);
        },
        { root },
      );
    });

  it('a wrong name and a broken package cost no other, and each is named with its reason', async () => {
    await withGuest('packages: [alpha, no-such-thing, broken, beta]\n', async (box, run) => {
      assert.equal(run.status, 2, run.stdout + run.stderr);
      const installed = await listInstalled(box);
      assert.ok(installed.includes('alpha 1.0') && installed.includes('beta 2.5-1'), installed.join());
      assert.match(run.stdout + run.stderr, /no-such-thing \(E: Unable to locate package no-such-thing\)/);
      assert.match(
        run.stdout + run.stderr,
        /broken \([^)]*post-installation script subprocess returned error exit status 3/,
      );
      const status = await box.run(['guest-init', 'status', '--json']);
      assert.match(status.stdout, /the other 2 are installed/);
    });
  });

  it('lists, upgrade and nothing new', async () => {
    const body = 'package_update: true\npackage_upgrade: true\npackages: [alpha]\n';
    await withGuest(
      body,
      async (box, run) => {
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.deepEqual(await listInstalled(box), ['alpha 1.0']);
        const again = await box.run(['guest-init', 'run', '--force']);
        assert.equal(again.status, 0, again.stdout + again.stderr);
        for (const step of ['update', 'upgrade', 'apt']) assert.match(again.stdout, new RegExp(`= packages/${step}`));
      },
      {
        prepare: async (box) => {
          // An older alpha, which the upgrade replaces before anything is installed.
          for (const [path, bytes] of Object.entries(buildArchive([{ name: 'alpha', version: '0.9' }], '/srv/old')))
            box.writeFile(path, bytes);
          await box.exec(['dpkg', '-i', '/srv/old/alpha_0.9_all.deb']);
        },
      },
    );
  });

  it('lists that cannot be fetched are a failure of their own; what the other sources have is installed', async () => {
    await withGuest(
      'package_update: true\npackages: [alpha]\n',
      async (box, run) => {
        assert.equal(run.status, 2, run.stdout + run.stderr);
        assert.match(run.stdout + run.stderr, /packages\/update.*\/srv\/nowhere/);
        assert.deepEqual(await listInstalled(box), ['alpha 1.0']);
      },
      { prepare: (box) => box.writeFile('/etc/apt/sources.list.d/b.list', 'deb [trusted=yes] file:/srv/nowhere ./\n') },
    );
  });

  it('waits for an apt that holds the lists, and for one that holds dpkg', async () => {
    await withGuest(
      'packages: [alpha]\n',
      async (box, run) => {
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.deepEqual(await listInstalled(box), ['alpha 1.0']);
        const logs = await box.exec(['sh', '-c', 'cat /var/lib/guest-init/instances/*/output/*.log']);
        assert.match(logs, /Waiting for cache lock/);
      },
      {
        prepare: async (box) => {
          // An fcntl(2) lock of the whole file, as apt takes them.
          const hold =
            "open $f, '>', $ARGV[0]; $l = pack('s s x4 q q i x4', 1, 0, 0, 0, 0); fcntl($f, 6, $l) or die; sleep $ARGV[1]";
          const start = 'perl -e "$0" "$@" >/dev/null 2>&1 & sleep 0.3; kill -0 $!';
          await box.exec(['mkdir', '-p', '/var/lib/apt/lists']);
          await box.exec(['sh', '-c', start, hold, '/var/lib/apt/lists/lock', '4']);
          await box.exec(['sh', '-c', start, hold, '/var/lib/dpkg/lock-frontend', '8']);
        },
      },
    );
  });

  it('goes on where a power cut left dpkg', async () => {
    await withGuest(
      'packages: [alpha]\n',
      async (box, run) => {
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.deepEqual(await listInstalled(box), ['alpha 1.0']);
      },
      {
        // What dpkg leaves of an unfinished run: apt-get refuses to go on before `dpkg --configure -a`.
        prepare: (box) =>
          box.writeFile('/var/lib/dpkg/updates/0001', 'Package: gone\nStatus: unknown ok not-installed\n'),
      },
    );
  });

  it('says that the manager of a key is not there', async () => {
    await withGuest('packages: [alpha, {snap: [hello]}]\n', async (box, run) => {
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout + run.stderr, /snap: not on this guest/);
      assert.deepEqual(await listInstalled(box), ['alpha 1.0']);
    });
  });
});
