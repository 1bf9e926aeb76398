// A boot in which udev is not done when the agent starts: NICs that come or get their name late, a drive that udev still holds.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cable, fullTree, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import {
  assertMetadataApplied,
  assertReleased,
  describeSandbox,
  readNetwork,
  staticApplied,
} from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const renamed = {
  addresses: staticApplied.addresses,
  routes: staticApplied.routes.map((route) => route.replace('eth0', 'ens3')),
};
const named = 'I:1\nE:ID_NET_DRIVER=veth\n';

function startUdev(box: Sandbox): void {
  box.writeFile('/run/udev/control', '');
}

/** What udev writes at the end of its first event of a link. */
function finishLink(box: Sandbox, link: string, entry = named): void {
  box.writeFile(`/run/udev/data/n${box.readFile(`/sys/class/net/${link}/ifindex`).trim()}`, entry);
}

async function run(box: Sandbox, ...words: string[]) {
  const result = await box.run(['guest-init', 'run', ...words], { timeoutMs: 60_000 });
  const said = result.stdout + result.stderr;
  assertReleased(box, said);
  return { ...result, said };
}

describe('a boot that udev is still busy with', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('a NIC whose driver is loaded late gets its address, and the wait is told', async () => {
    await withSandbox({ ...describeSandbox({ tree: fullTree() }), links: [] }, async (box) => {
      startUdev(box);
      const running = run(box);
      await sleep(1500);
      box.addLink(cable);
      await sleep(300);
      assert.deepEqual(readNetwork(box).addresses, [], 'used before udev was done with it');
      finishLink(box, 'eth0');
      const result = await running;
      assert.equal(result.status, 0, result.said);
      assert.deepEqual(readNetwork(box), staticApplied, result.said);
      assert.match(result.said, /waiting up to 20 s for NIC fa:16:3e:00:00:05/);
      assert.match(result.said, /waited \d+\.\d+ s for udev to name eth0/);
      assert.match(box.readFile('/var/log/guest-init.log'), /"msg":"waited /);
    });
  });

  it('a NIC that udev renames late is left alone until then, and gets its address under its new name', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      startUdev(box);
      const running = run(box);
      await sleep(800);
      // A link that is up refuses this on older kernels.
      assert.equal(box.links()[0]?.up, false);
      box.inNetwork(['ip', 'link', 'set', 'eth0', 'name', 'ens3']);
      finishLink(box, 'ens3', `${named}E:ID_RENAMING=1\n`);
      await sleep(300);
      assert.equal(box.links()[0]?.up, false, 'used while udev was renaming it');
      finishLink(box, 'ens3');
      const result = await running;
      assert.equal(result.status, 0, result.said);
      assert.deepEqual(readNetwork(box), renamed, result.said);
    });
  });

  it('a NIC that never comes costs the configured time, and the rest is applied', async () => {
    const config = 'network: {wait: 1}\n';
    await withSandbox({ ...describeSandbox({ tree: fullTree(), config }), links: [] }, async (box) => {
      startUdev(box);
      const result = await run(box);
      assert.equal(result.status, 22, result.said);
      assert.match(result.said, /waited 1\.0 s for NIC fa:16:3e:00:00:05, in vain/);
      assert.match(result.said, /FAILED \(22\) no NIC has MAC fa:16:3e:00:00:05.*present: none/);
      assert.ok(result.ms < 10_000, `${result.ms} ms`);
      assertMetadataApplied(box);
    });
  });

  it('a NIC that udev never answers for is used after the configured time', async () => {
    const config = 'network: {wait: 1}\n';
    await withSandbox(describeSandbox({ tree: fullTree(), config }), async (box) => {
      startUdev(box);
      const result = await run(box);
      assert.equal(result.status, 0, result.said);
      assert.deepEqual(readNetwork(box), staticApplied, result.said);
      assert.match(result.said, /for udev to name eth0, in vain/);
    });
  });

  it('a reboot gives the address back once the link is there, and does not wait when it is', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      startUdev(box);
      finishLink(box, 'eth0');
      const first = await run(box);
      assert.equal(first.status, 0, first.said);
      assert.doesNotMatch(first.said, /wait/);
      await box.reboot();
      const ready = await run(box);
      assert.deepEqual(readNetwork(box), staticApplied, ready.said);
      assert.doesNotMatch(ready.said, /wait/);
      await box.reboot();
      box.inNetwork(['ip', 'link', 'del', 'eth0']);
      const running = run(box);
      await sleep(1000);
      box.addLink(cable);
      finishLink(box, 'eth0');
      const late = await running;
      assert.equal(late.status, 0, late.said);
      assert.deepEqual(readNetwork(box), staticApplied, late.said);
      assert.match(late.said, /waiting up to 20 s for NIC eth0/);
      assert.match(late.said, /the network was restored/);
    });
  });

  it('a drive that udev holds exclusively is mounted once it lets go', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      box.writeFile('/run/udev/queue', '');
      box.shim(
        'mount',
        '[ -e /run/udev/queue ] || exec "$REAL" "$@"; echo x >> /root/refused; echo "mount: busy" >&2; exit 32',
      );
      const running = run(box);
      for (let tries = 0; tries < 100 && box.stat('/root/refused') === undefined; tries += 1) await sleep(50);
      rmSync(`/proc/${box.first}/root/run/udev/queue`);
      const result = await running;
      assert.equal(result.status, 0, result.said);
      assert.deepEqual(readNetwork(box), staticApplied, result.said);
    });
  });

  it('a drive that cannot be mounted is told at once when udev is idle, and after the wait when it never is', async () => {
    for (const [busy, atLeast, atMost] of [
      [false, 0, 1000],
      [true, 900, 10_000],
    ] as const) {
      await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
        box.shim('mount', 'echo "mount: wrong fs type" >&2; exit 32');
        if (busy) box.writeFile('/run/udev/queue', '');
        const result = await run(box);
        assert.equal(result.status, 12, result.said);
        assert.match(result.said, /wrong fs type/);
        assert.ok(result.ms >= atLeast && result.ms < atMost, `${result.ms} ms`);
      });
    }
  });

  it('the late stage, which has no network to plan, waits for no NIC', async () => {
    const tree = userDataTree('#cloud-config\nruncmd: [touch /root/ran]\n');
    await withSandbox(describeSandbox({ tree }), async (box) => {
      startUdev(box);
      finishLink(box, 'eth0');
      assert.equal((await run(box, '--stage', 'early')).status, 0);
      const late = await run(box, '--stage', 'late');
      assert.equal(late.status, 0, late.said);
      assert.doesNotMatch(late.said, /wait/);
      assert.ok(box.stat('/root/ran'));
    });
  });
});
