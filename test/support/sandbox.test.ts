// The harness itself, proved with a shell script that does the bare job: what it shows is real, and what it takes down is gone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasTool } from './command.ts';
import { compareHosts, digestHost, type HostDigest } from './host-digest.ts';
import { assertNothingLeft, listLoopDevices, sandboxPrefix } from './leftovers.ts';
import { explainMissingRoots } from './roots.ts';
import { defaultMac, type SandboxOptions, withSandbox } from './sandbox.ts';
import { compareDigests } from './tree-digest.ts';

const missing =
  explainMissingRoots() ?? (hasTool('losetup') && hasTool('mke2fs') ? undefined : 'needs losetup and mke2fs');
const script = join(import.meta.dirname, '..', 'bench', 'network-part.sh');
const drive = { tree: { 'ec2/latest/meta-data.json': { json: { 'local-ipv4': '10.0.0.5' } } } };
const guest: SandboxOptions = { drives: [drive], binds: [[script, '/usr/bin/network-part']] };

describe('sandbox', { skip: missing ?? false }, () => {
  let host: HostDigest;
  before(() => {
    host = digestHost();
  });
  after(async () => {
    await assertNothingLeft();
    assert.deepEqual(compareHosts(host, digestHost()), []);
  });

  it('runs the bare job: address, route, a router that answers, an unmounted drive', async () => {
    await withSandbox(guest, async (box) => {
      assert.deepEqual(box.links(), [{ name: 'eth0', mac: defaultMac, up: false, addresses: [] }]);
      assert.deepEqual(box.routes(), []);
      assert.equal((await box.run(['network-part'])).status, 0);
      const { links, routes, mounts, hostname } = digestHost();
      assert.deepEqual(
        { links, routes, mounts, hostname },
        {
          links: host.links,
          routes: host.routes,
          mounts: host.mounts,
          hostname: host.hostname,
        },
      );
      assert.deepEqual(box.addresses(), ['10.0.0.5/24']);
      assert.deepEqual(box.routes(), ['10.0.0.0/24 dev eth0', 'default via 10.0.0.254 dev eth0']);
      assert.equal(await box.pings('10.0.0.254'), true);
      assert.equal(await box.pings('10.0.0.77'), false);
      assert.deepEqual(box.driveMounts(), []);
      assert.deepEqual([...box.digest()], []);
    });
  });

  it('sees a drive that stays mounted, in whatever process it is mounted', async () => {
    await withSandbox(guest, async (box) => {
      await box.exec(['mount', '-o', 'ro', '/dev/sr0', '/mnt']);
      assert.deepEqual(box.driveMounts(), ['/mnt']);
      await box.exec(['umount', '/mnt']);
      assert.deepEqual(box.driveMounts(), []);
      const hidden = box.run(['unshare', '--mount', 'sh', '-c', 'mount -o ro /dev/sr0 /srv && sleep 2']);
      await sleep(500);
      assert.deepEqual(box.driveMounts(), ['/srv']);
      assert.equal((await hidden).status, 0);
    });
  });

  it('digests what was written, removed and changed, and nothing else', async () => {
    await withSandbox({ files: { '/etc/guest-init/config.yaml': 'drive: {wait: 1}\n' } }, async (box) => {
      await box.exec([
        'sh',
        '-c',
        'echo x > /etc/new; rm /etc/motd; chmod 600 /etc/issue; touch /etc/fstab; echo y > /run/y',
      ]);
      const changes = [...box.digest()].map(([path, line]) => `${path} ${line.split(' ').slice(0, 2).join(' ')}`);
      assert.deepEqual(changes, ['/etc/issue file 0600', '/etc/motd removed', '/etc/new file 0644']);
      const first = box.digest();
      await box.exec(['sh', '-c', 'echo z > /etc/new']);
      assert.match(compareDigests(first, box.digest()).join('\n'), /^~ \/etc\/new [^\n]*$/);
    });
  });

  it('shows only its own drives and firmware, and plugs late ones', async () => {
    const options: SandboxOptions = {
      drives: [
        { ...drive, late: true },
        { ...drive, label: 'OTHER', device: 'vdb', link: null },
      ],
      dmi: { product_name: 'OpenStack Nova', product_uuid: '4d3c2b1a-0000-4000-8000-000000000001' },
    };
    await withSandbox(options, async (box) => {
      assert.equal(await box.exec(['ls', '/sys/class/block']), 'vdb\n');
      assert.equal(box.stat('/dev/disk'), undefined);
      assert.match(await box.exec(['blkid', '-p', '/dev/vdb']), /LABEL="OTHER"/);
      box.plug(0);
      assert.equal(await box.exec(['ls', '/sys/class/block']), 'sr0\nvdb\n');
      assert.match(await box.exec(['blkid', '-p', '/dev/disk/by-label/config-2']), /LABEL="config-2"/);
      box.unplug(0);
      assert.equal(await box.exec(['ls', '/sys/class/block']), 'vdb\n');
      assert.equal(box.readFile('/sys/class/dmi/id/product_name'), 'OpenStack Nova\n');
    });
  });

  it('replaces and hides commands, reboots, and keeps what is on disk', async () => {
    await withSandbox(guest, async (box) => {
      box.shim('route', 'echo "$@" > /root/seen; exec "$REAL" "$@"');
      assert.equal((await box.run(['network-part'])).status, 0);
      assert.equal(box.readFile('/root/seen'), 'add default gw 10.0.0.254 eth0\n');
      box.hide('ifconfig');
      assert.equal((await box.run(['network-part'])).status, 127);
      const boot = box.readFile('/proc/sys/kernel/random/boot_id');
      await box.exec(['sh', '-c', 'hostname other; echo x > /run/x; (sleep 60 >/dev/null 2>&1 &)']);
      assert.deepEqual(box.processes(), ['sleep 60']);
      await box.reboot();
      assert.notEqual(box.readFile('/proc/sys/kernel/random/boot_id'), boot);
      assert.deepEqual([box.hostname(), box.stat('/run/x'), box.routes()], ['template', undefined, []]);
      assert.deepEqual([box.addresses(), box.processes()], [[], []]);
      assert.equal(box.stat('/root/seen')?.isFile(), true);
    });
  });

  it('gives status, signal, time and output of a command, and ends one that takes too long', async () => {
    await withSandbox({}, async (box) => {
      const failed = await box.run(['sh', '-c', 'echo out; echo err >&2; exit 7'], { env: { EXTRA: '1' } });
      assert.deepEqual([failed.status, failed.stdout, failed.stderr], [7, 'out\n', 'err\n']);
      const killed = await box.run(['sleep', '9'], { signalAfter: { ms: 100, signal: 'SIGTERM' } });
      assert.deepEqual([killed.signal, killed.timedOut, killed.ms < 3000], ['SIGTERM', false, true]);
      const late = await box.run(['sleep', '9'], { timeoutMs: 100 });
      assert.deepEqual([late.signal, late.timedOut], ['SIGKILL', true]);
      const holding = await box.run(['sh', '-c', 'sleep 5 & echo out']);
      assert.deepEqual([holding.status, holding.stdout, holding.ms < 2000], [0, 'out\n', true]);
      assert.match(await box.exec(['id', '-u'], { uid: 65534 }), /^65534$/m);
      const clock = await box.run(['date', '-s', '2001-01-01']);
      assert.notEqual(clock.status, 0);
    });
  });

  it('keeps two guests apart', async () => {
    const other = { tree: { 'ec2/latest/meta-data.json': { json: { 'local-ipv4': '10.0.0.6' } } } };
    await withSandbox(guest, (one) =>
      withSandbox({ ...guest, drives: [other] }, async (two) => {
        await Promise.all([one.exec(['network-part']), two.exec(['network-part'])]);
        assert.deepEqual([one.addresses(), two.addresses()], [['10.0.0.5/24'], ['10.0.0.6/24']]);
      }),
    );
  });

  it('is taken down with its first process when the test process is killed', async () => {
    const body = `import { withSandbox } from ${JSON.stringify(join(import.meta.dirname, 'sandbox.ts'))};
      await withSandbox(${JSON.stringify({ drives: [drive] })}, async (box) => {
        await box.exec(['mount', '-o', 'ro', '/dev/sr0', '/mnt']);
        console.log(box.first);
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', body], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const first = await new Promise<string>((resolve) =>
      child.stdout.setEncoding('utf8').once('data', (text) => resolve(text.trim())),
    );
    const own = `${sandboxPrefix}${child.pid}-`;
    assert.equal(
      listLoopDevices().some((line) => line.includes(own)),
      true,
    );
    assert.equal(readFileSync(`/proc/${first}/mountinfo`, 'utf8').includes(' /mnt '), true);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    for (
      let tries = 0;
      tries < 30 && (existsSync(`/proc/${first}`) || listLoopDevices().some((line) => line.includes(own)));
      tries += 1
    ) {
      await sleep(100);
    }
    assert.equal(existsSync(`/proc/${first}`), false);
    assert.deepEqual(
      listLoopDevices().filter((line) => line.includes(own)),
      [],
    );
    const { sweepAbandonedFolders } = await import('./leftovers.ts');
    sweepAbandonedFolders();
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith(own)),
      [],
    );
  });
});
