// What somebody at the console sees after the boot: the banner above the login prompt, and `guest-init status` for each way to end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullTree, novaDmi, otherUuid, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const repository = dirname(dirname(import.meta.dirname));
/** As systemd-tmpfiles reads it at boot. */
const linkLine = readFileSync(join(repository, 'packaging/tmpfiles.d/guest-init.conf'), 'utf8');
const [, bannerLink = '', banner = ''] = /^L (\/etc\/issue\.d\/\S+) - - - - (\S+)$/m.exec(linkLine) ?? [];
const failing = userDataTree(
  '#cloud-config\nruncmd:\n  - "true"\n  - echo first >&2; echo no such disk >&2; exit 5\n  - "true"\n',
);

async function run(box: Sandbox, ...words: string[]) {
  const result = await box.run(['guest-init', 'run', ...words], { timeoutMs: 60_000 });
  const said = result.stdout + result.stderr;
  return { ...result, said, lastLine: said.trimEnd().split('\n').at(-1) ?? '' };
}

async function status(box: Sandbox, uid?: number, ...words: string[]) {
  const result = await box.run(['guest-init', 'status', ...words], uid === undefined ? {} : { uid });
  assert.equal(result.stderr, '');
  assert.match(result.stdout, /^[ -~\n]*$/, 'plain ASCII where there is no terminal');
  return { ...result, lines: result.stdout.trimEnd().split('\n') };
}

/** Gives the guest terminals, and the link to the banner as the package ships it. */
async function addTerminals(box: Sandbox): Promise<void> {
  const script = [
    'mkdir /dev/pts',
    'mount -t devpts -o newinstance,nosuid,noexec,ptmxmode=0666 devpts /dev/pts',
    'ln -s pts/ptmx /dev/ptmx',
    `mkdir -p /etc/issue.d && ln -s ${banner} ${bannerLink}`,
  ];
  await box.exec(['sh', '-euc', script.join('\n')]);
}

/** As agetty shows it on a terminal. */
async function showIssue(box: Sandbox): Promise<string> {
  return box.exec(['script', '-qec', '/sbin/agetty --show-issue', '/dev/null']);
}

describe('at the console', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  for (const root of ['bullseye-minimal', 'bookworm-minimal', 'trixie-minimal'] as const) {
    it(`a run that went wrong shows above the login prompt of ${root}, until one goes well`, async () => {
      // Where the tools are no tools, nothing that was set is there.
      const config = 'network: {verify_timeout: 0}\ndrive: {wait: 1, wait_required: 2}\n';
      await withSandbox({ ...describeSandbox({ tree: fullTree(), config }), root }, async (box) => {
        await addTerminals(box);
        // A link that leads nowhere shows nothing.
        const before = await showIssue(box);
        assert.doesNotMatch(before, /guest-init/);
        // No network tools in a minimal system.
        const { status: exit, lastLine } = await run(box);
        assert.equal(exit, 2, lastLine);
        const shown = await showIssue(box);
        assert.match(shown, /^guest-init: DEGRADED web-1/m);
        assert.match(shown, /see: guest-init status/);
        assert.equal(((box.stat(banner)?.mode ?? 0) & 0o777).toString(8), '644');
        // Nothing is left to do, and nothing is mended by that.
        assert.equal((await run(box)).status, 0);
        assert.equal(await showIssue(box), shown);
        await box.exec(['sh', '-c', 'for tool in ifconfig route; do ln -sf /bin/true /usr/sbin/$tool; done']);
        const again = await run(box, '--force');
        assert.equal(again.status, 0, again.said);
        assert.doesNotMatch(await showIssue(box), /guest-init/);
        assert.equal(box.stat(banner), undefined);
      });
    });
  }

  it('an agetty that waits already draws its prompt anew', async () => {
    let prompt: Promise<unknown> | undefined;
    await withSandbox(describeSandbox({ tree: failing }), async (box) => {
      await addTerminals(box);
      // It ends with the guest.
      const script = "sleep 60 | script -fqec '/sbin/agetty --noclear - linux' /root/seen >/dev/null";
      prompt = box.run(['sh', '-c', script], { timeoutMs: 70_000 });
      for (let tries = 0; tries < 200 && !/login:/.test(box.readFileIfAny('/root/seen') ?? ''); tries += 1)
        await sleep(50);
      await sleep(300);
      assert.doesNotMatch(box.readFile('/root/seen'), /guest-init/);
      assert.equal((await run(box)).status, 2);
      for (let tries = 0; tries < 60 && !box.readFile('/root/seen').includes('DEGRADED'); tries += 1) await sleep(50);
      await sleep(300);
      assert.match(box.readFile('/root/seen'), /login:.*guest-init: DEGRADED web-1.*login:/s);
    });
    await prompt;
  });

  it('below --root nothing of it is shown on this machine', async () => {
    const files = { '/srv/root/etc/passwd': 'root:x:0:0::/root:/bin/sh\n', '/srv/root/etc/group': 'root:x:0:\n' };
    await withSandbox({ ...describeSandbox({}), files }, async (box) => {
      await box.exec([
        'sh',
        '-c',
        'mkdir -p /srv/seed/openstack/latest; echo "[" > /srv/seed/openstack/latest/meta_data.json',
      ]);
      const { status: exit } = await run(box, '--root', '/srv/root', '--source', '/srv/seed');
      assert.equal(exit, 13);
      assert.equal(box.stat(banner), undefined);
    });
  });

  it('a failed early stage is in the last line of the late one, in the status, and stays in the banner', async () => {
    const tree = userDataTree('#cloud-config\nruncmd: [touch /root/ran]\n');
    await withSandbox(describeSandbox({ tree }), async (box) => {
      box.shim('route', 'echo "SIOCADDRT: no such device" >&2; exit 7');
      const early = await run(box, '--stage', 'early');
      assert.equal(early.status, 20, early.said);
      const late = await run(box, '--stage', 'late');
      assert.ok(box.stat('/root/ran'));
      assert.equal(late.status, 20, late.said);
      assert.match(late.lastLine, /^guest-init: FAILED \(20\) network .*route.*exited 7/);
      assert.match(box.readFile(banner), /^guest-init: FAILED \(20\)/);
      const told = await status(box);
      assert.equal(told.status, 20);
      assert.match(told.lines[0] ?? '', /^FAILED \(20\) .*; mend what is named below, then: guest-init run --force$/);
      assert.match(told.stdout, /^now {6}eth0 fa:16:3e:00:00:05 down, no address$/m);
      assert.match(told.stdout, /^failed {3}network default via .*SIOCADDRT/m);
      assert.equal(told.lines.at(-1), 'next boot: the network again; everything else is done');
    });
  });

  it('status: never ran', async () => {
    await withSandbox(describeSandbox({}), async (box) => {
      for (const uid of [undefined, 65534]) {
        const told = await status(box, uid);
        assert.equal(told.status, 1);
        assert.match(
          told.lines[0] ?? '',
          /^NEVER \(1\) has not run in this boot; see systemctl status guest-init, journalctl -u guest-init/,
        );
      }
      assert.equal((await status(box)).lines.at(-1), 'next boot: the whole job');
    });
  });

  it('status: fine, for root and for others', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      assert.equal((await run(box)).status, 0);
      const told = await status(box);
      assert.equal(told.status, 0);
      assert.match(told.lines[0] ?? '', /^OK \(0\) web-1 eth0 192\.168\.10\.20\/26 via 192\.168\.10\.1$/);
      assert.match(
        told.lines[1] ?? '',
        /^instance 4d3c2b1a-\S+, from \/dev\/sr0 \(ext4\), \d{4}-\S+Z, took \d[\d.]* m?s$/,
      );
      assert.deepEqual(told.lines.slice(2, 4), [
        'network  = eth0 192.168.10.20/26',
        'network  = default via 192.168.10.1 dev eth0',
      ]);
      assert.match(told.lines.at(-1) ?? '', /^next boot: network check only/);
      const other = await status(box, 65534);
      assert.equal(other.status, 0);
      assert.equal(other.lines[0], told.lines[0]);
      assert.equal(other.lines.at(-1), 'next boot: only root can tell: sudo guest-init status');
      box.inNetwork(['ip', 'addr', 'flush', 'dev', 'eth0']);
      const lost = await status(box);
      assert.match(lost.stdout, /^network {2}x missing: eth0 192\.168\.10\.20\/26$/m);
      assert.match(lost.stdout, /^now {6}eth0 fa:16:3e:00:00:05 up, no address$/m);
    });
  });

  it('status: degraded, with place, cause, code, last output and what to do', async () => {
    await withSandbox(describeSandbox({ tree: failing }), async (box) => {
      const { status: exit, lastLine } = await run(box);
      assert.equal(exit, 2);
      assert.match(
        lastLine,
        /^guest-init: DEGRADED web-1 .*runcmd\[1\] failed, exit 5 \(openstack\/latest\/user_data:4:5\).*guest-init status$/,
      );
      const told = await status(box);
      assert.equal(told.status, 2);
      const at = told.lines.findIndex((line) => line.startsWith('failed'));
      assert.match(
        told.lines[at] ?? '',
        /^failed {3}runcmd\[1\] .* exit 5 \(openstack\/latest\/user_data:4:5\): exited 5$/,
      );
      assert.deepEqual(told.lines.slice(at + 1, at + 3), ['         | first', '         | no such disk']);
      const folder = /^output .*: (\S+)$/m.exec(told.stdout)?.[1] ?? '';
      assert.match(box.readFile(`${folder}runcmd-1.log`), /no such disk/);
      const other = await status(box, 65534);
      assert.equal(other.status, 2);
      assert.match(other.stdout, /^failed {3}runcmd\[1\] .*exit 5/m);
      assert.doesNotMatch(other.stdout, /no such disk/);
    });
  });

  it('status: no drive, a drive of another machine, a NIC that is not there', async () => {
    await withSandbox({ ...describeSandbox({}), dmi: novaDmi() }, async (box) => {
      assert.equal((await run(box)).status, 10);
      const told = await status(box);
      assert.equal(told.status, 10);
      assert.match(told.lines[0] ?? '', /^FAILED \(10\) no drive labelled config-2 .*; attach the config drive/);
    });
    await withSandbox({ ...describeSandbox({ tree: fullTree() }), dmi: novaDmi(otherUuid) }, async (box) => {
      assert.equal((await run(box)).status, 41);
      const told = await status(box);
      assert.equal(told.status, 41);
      assert.match(told.lines[0] ?? '', /^FAILED \(41\) the drive is for instance .*--force$/);
    });
    await withSandbox({ ...describeSandbox({ tree: fullTree() }), links: [] }, async (box) => {
      assert.equal((await run(box)).status, 22);
      const told = await status(box);
      assert.equal(told.status, 22);
      assert.match(told.lines[0] ?? '', /^FAILED \(22\) no NIC has MAC fa:16:3e:00:00:05.*attach the port/);
      assert.match(told.stdout, /^now {6}no NIC$/m);
      assert.equal(told.lines.at(-1), 'next boot: the network again; everything else is done');
    });
  });

  it('status: under way, and cut off', async () => {
    const tree = userDataTree('#cloud-config\nruncmd: [sleep 30]\n');
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const running = run(box);
      for (let tries = 0; tries < 100 && !box.processes().includes('sleep 30'); tries += 1) await sleep(50);
      const told = await status(box);
      assert.equal(told.status, 0);
      assert.match(
        told.lines[0] ?? '',
        /^RUNNING \(0\) in progress for \d+ s, process \d+; to wait for its end: guest-init status --wait$/,
      );
      await box.exec(['sh', '-c', 'kill -9 $(pidof guest-init)']);
      await running;
      const gone = await status(box, undefined, '--wait', '--timeout', '5');
      assert.equal(gone.status, 1);
      assert.match(gone.lines[0] ?? '', /^FAILED \(1\) the run was cut off: .*: guest-init run$/);
    });
  });
});
