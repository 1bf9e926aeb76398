// A run after the first: a known instance is left as it is, a new one is a first boot, and a boot gives the address back.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RunResult } from '../support/command-inside.ts';
import {
  ec2MetaData,
  ec2Tree,
  fullTree,
  metaData,
  novaDmi,
  openstackTree,
  otherUuid,
  userDataTree,
} from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import {
  assertMetadataApplied,
  assertReleased,
  describeSandbox,
  guessApplied,
  readNetwork,
  staticApplied,
} from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests } from '../support/tree-digest.ts';

const missing = explainMissingRoots();
const log = [/^\/var\/log\/guest-init\.log$/];

const typical = userDataTree(`#cloud-config
users: [{name: ops, ssh_authorized_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x"]}]
write_files: [{path: /etc/app.conf, content: one}, {path: /etc/motd, content: added, append: true}]
runcmd: ["echo ran >> /root/count"]
`);

async function runJob(box: Sandbox, ...words: string[]): Promise<RunResult & { said: string }> {
  const result = await box.run(['guest-init', 'run', ...words]);
  assertReleased(box, result.stdout + result.stderr);
  return { ...result, said: result.stdout + result.stderr };
}

describe('a second run', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  for (const [name, tree] of Object.entries({
    'metadata alone': fullTree(),
    'ec2 tree alone': ec2Tree(),
    'a typical document': typical,
  })) {
    it(`in the same boot changes nothing: ${name}`, async () => {
      await withSandbox(describeSandbox({ tree }), async (box) => {
        assert.equal((await runJob(box)).status, 0);
        const before = { digest: box.digest(log), network: readNetwork(box), links: box.links() };
        const again = await runJob(box);
        assert.equal(again.status, 0, again.said);
        assert.match(again.said, /already applied/);
        assert.deepEqual(compareDigests(before.digest, box.digest(log)), []);
        assert.deepEqual(
          { network: readNetwork(box), links: box.links() },
          { network: before.network, links: before.links },
        );
      });
    });
  }

  it('after a reboot gives the address back and runs no command again', async () => {
    await withSandbox(describeSandbox({ tree: typical }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      const files = box.digest([...log, /^\/var\/lib\/guest-init\//]);
      await box.reboot();
      assert.deepEqual(readNetwork(box), { addresses: [], routes: [] });
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.deepEqual(readNetwork(box), staticApplied, again.said);
      assert.equal(box.readFile('/root/count'), 'ran\n');
      assert.deepEqual(compareDigests(files, box.digest([...log, /^\/var\/lib\/guest-init\//])), []);
    });
  });

  it('after a reboot without the drive gives the address back', async () => {
    await withSandbox({ ...describeSandbox({ tree: typical }), dmi: novaDmi() }, async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      box.unplug(0);
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.match(again.said, /already applied/);
      assert.deepEqual(readNetwork(box), staticApplied, again.said);
      assert.equal(box.hostname(), 'web-1');
    });
  });

  it('with what somebody has changed by hand in between leaves that alone', async () => {
    await withSandbox(describeSandbox({ tree: typical }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.exec(['sh', '-c', 'echo mine > /etc/app.conf; userdel ops; hostname other']);
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.equal(box.readFile('/etc/app.conf'), 'mine\n');
      assert.doesNotMatch(box.readFile('/etc/passwd'), /^ops:/m);
      assert.equal(box.hostname(), 'other');
    });
  });

  it('knows its drive without mounting it, and reads it when told to or when it is another', async () => {
    const other = { tree: typical, late: true };
    await withSandbox({ ...describeSandbox({}), drives: [{ tree: typical }, other] }, async (box) => {
      assert.equal((await runJob(box)).status, 0);
      box.shim('mount', 'echo mounted >> /root/mounts; exec "$REAL" "$@"');
      const countMounts = (): number => (box.readFileIfAny('/root/mounts') ?? '').split('mounted').length - 1;
      assert.match((await runJob(box)).said, /already applied/);
      assert.equal(countMounts(), 0);
      // The same instance on a drive built anew: not known, so it is read.
      box.unplug(0);
      box.plug(1);
      assert.match((await runJob(box)).said, /already applied/);
      assert.equal(countMounts(), 1);
      assert.equal((await runJob(box, '--force')).status, 0);
      assert.equal(countMounts(), 2);
    });
  });

  it('forced applies everything again', async () => {
    await withSandbox(describeSandbox({ tree: typical }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      box.writeFile('/etc/app.conf', 'mine');
      const again = await runJob(box, '--force');
      assert.equal(again.status, 0, again.said);
      assert.equal(box.readFile('/etc/app.conf'), 'one');
      assert.equal(box.readFile('/root/count'), 'ran\nran\n');
    });
  });

  it('with a new instance id is a first boot', async () => {
    const clone = { 'openstack/latest/meta_data.json': { json: metaData({ uuid: otherUuid, hostname: 'web-2' }) } };
    const drives = [{ tree: typical }, { tree: { ...typical, ...clone }, late: true }];
    await withSandbox({ ...describeSandbox({}), drives }, async (box) => {
      assert.equal((await runJob(box)).status, 0);
      assert.equal(box.hostname(), 'web-1');
      await box.reboot();
      box.unplug(0);
      box.plug(1);
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.match(again.said, /first boot/);
      assert.equal(box.hostname(), 'web-2');
      assert.equal(box.readFile('/root/count'), 'ran\nran\n');
      assert.deepEqual(readNetwork(box), staticApplied);
      const third = await runJob(box);
      assert.match(third.said, /already applied/);
      assert.equal(box.readFile('/root/count'), 'ran\nran\n');
    });
  });

  it('knows the instance by either of its two names', async () => {
    const drives = [{ tree: fullTree() }, { tree: fullTree({ 'openstack/latest/meta_data.json': '{' }), late: true }];
    await withSandbox({ ...describeSandbox({}), drives }, async (box) => {
      assert.equal((await runJob(box)).status, 0);
      box.unplug(0);
      box.plug(1);
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.match(again.said, /already applied/);
    });
  });

  it('after a first one without its NIC applies the network once the port is there', async () => {
    await withSandbox({ ...describeSandbox({ tree: typical }), links: [] }, async (box) => {
      assert.equal((await runJob(box)).status, 22);
      assert.equal(box.readFile('/root/count'), 'ran\n');
      box.addLink({ name: 'eth0', mac: 'fa:16:3e:00:00:05', gateways: ['192.168.10.1/26'] });
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.deepEqual(readNetwork(box), staticApplied, again.said);
      assert.equal(box.readFile('/root/count'), 'ran\n');
    });
  });

  it('after a rolled-back network applies it once the tool works', async () => {
    await withSandbox(describeSandbox({ tree: typical }), async (box) => {
      box.shim('route', 'exit 7');
      assert.equal((await runJob(box)).status, 20);
      assert.deepEqual(readNetwork(box), { addresses: [], routes: [] });
      box.shim('route', 'exec "$REAL" "$@"');
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.equal(box.readFile('/root/count'), 'ran\n');
    });
  });

  it('with another address for the same instance takes it, and says so', async () => {
    const moved = { 'ec2/latest/meta-data.json': { json: ec2MetaData({ 'local-ipv4': '10.0.0.6' }) } };
    const drives = [{ tree: ec2Tree() }, { tree: moved, late: true }];
    await withSandbox({ ...describeSandbox({}), drives }, async (box) => {
      assert.equal((await runJob(box)).status, 0);
      box.unplug(0);
      box.plug(1);
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.match(again.said, /network data changed: applied/);
      assert.deepEqual(readNetwork(box), { ...guessApplied, addresses: ['10.0.0.6/24'] }, again.said);
    });
  });

  for (const [name, damage] of Object.entries({
    emptied: ': > "$f"',
    'cut short': 'truncate -s 40 "$f"',
    'filled with garbage': 'head -c 400 /dev/urandom > "$f"',
    'replaced by a folder': 'rm "$f"; mkdir "$f"',
  })) {
    it(`with the record ${name}: set aside, exit 31, the guest keeps its network`, async () => {
      await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
        assert.equal((await runJob(box)).status, 0);
        await box.exec([
          'sh',
          '-c',
          `find /var/lib/guest-init -maxdepth 1 -type f ! -name lock | while read -r f; do ${damage}; done`,
        ]);
        const again = await runJob(box);
        assert.equal(again.status, 31, again.said);
        assert.deepEqual(readNetwork(box), staticApplied, again.said);
        assertMetadataApplied(box);
        const third = await runJob(box);
        assert.equal(third.status, 0, third.said);
        assert.match(third.said, /already applied/);
      });
    });
  }

  it('plan before and after changes nothing', async () => {
    await withSandbox(describeSandbox({ tree: openstackTree() }), async (box) => {
      const before = box.digest();
      const plan = await box.run(['guest-init', 'plan']);
      assert.equal(plan.status, 0, plan.stdout + plan.stderr);
      assert.match(plan.stdout, /192\.168\.10\.20\/26/);
      assert.deepEqual(compareDigests(before, box.digest()), []);
      assert.deepEqual(readNetwork(box), { addresses: [], routes: [] });
      assertReleased(box);
    });
  });
});
