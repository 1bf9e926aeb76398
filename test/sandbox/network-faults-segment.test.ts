// Links and segments that are not as they should be: what is told, what is kept, and what is put back exactly.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compareHosts, digestHost, type HostDigest } from '../support/host-digest.ts';
import { openstackTree, staticNetwork } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox } from '../support/main-job.ts';
import { runEarly, snapshotGuest } from '../support/network-faults.ts';
import type { SegmentFault } from '../support/network-segment.ts';
import { segmentFaults } from '../support/network-segment-faults.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, type SandboxOptions, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

function describeFault({ tree, links = [], settings }: SegmentFault): SandboxOptions {
  const lines = ['backend: ifupdown', ...(settings === undefined ? [] : [settings])].join(', ');
  const config = `network: {${lines}}\ndrive: {wait: 1, wait_required: 2}\n`;
  return describeSandbox({ ...(tree === undefined ? {} : { tree }), sandbox: { links }, config });
}

async function runFault(fault: SegmentFault): Promise<void> {
  await withSandbox(describeFault(fault), async (box) => {
    for (const line of fault.before ?? []) box.inNetwork(['ip', ...line.split(' ')]);
    for (const tool of fault.hidden ?? []) box.hide(tool);
    fault.prepare?.(box);
    const untouched = await snapshotGuest(box);
    const started = performance.now();
    const [{ status, said, last }] = await Promise.all([runEarly(box), fault.during?.(box)]);
    const ms = performance.now() - started;
    assert.equal(status, fault.exit, said);
    assert.match(last, fault.says, said);
    assert.ok(ms < (fault.withinMs ?? 15_000), `took ${Math.round(ms)} ms\n${said}`);
    assertReleased(box, said);
    const { addresses } = fault;
    if (addresses === undefined) assert.deepEqual(await snapshotGuest(box), untouched, said);
    else assert.deepEqual(listAddresses(box), [...addresses].sort(), said);
    await fault.check?.(box);
  });
}

function listAddresses(box: Sandbox): string[] {
  return box
    .links()
    .flatMap((link) => link.addresses)
    .sort();
}

describe('faults of links and segments', { skip: missing ?? false, concurrency: 2 }, () => {
  let host: HostDigest;
  before(() => {
    host = digestHost();
  });
  after(async () => {
    await assertNothingLeft();
    assert.deepEqual(compareHosts(host, digestHost()), []);
  });

  for (const fault of segmentFaults) it(fault.name, () => runFault(fault));

  const own = `${staticNetwork.address}/${staticNetwork.prefix}`;
  const later = { tree: openstackTree(), settings: 'backend: none' } as const;

  it('at a later boot, what is restored is looked at: the gateway is silent', async () => {
    await withSandbox(describeLater(later.tree), async (box) => {
      assert.equal((await runEarly(box)).status, 0);
      await box.reboot();
      box.inRouter(['ip', 'addr', 'flush', 'dev', 'gw0']);
      const { status, said, last } = await runEarly(box, { force: false });
      assert.equal(status, 2, said);
      assert.match(last, /DEGRADED .*the network was restored; gateway 192\.168\.10\.1 does not answer on eth0/);
      assert.deepEqual(listAddresses(box), [own]);
    });
  });

  it('at a later boot, somebody else has the address by now: it is not set', async () => {
    await withSandbox(describeLater(later.tree), async (box) => {
      assert.equal((await runEarly(box)).status, 0);
      await box.reboot();
      box.inRouter(['ip', 'addr', 'add', own, 'dev', 'gw0']);
      const { status, said, last } = await runEarly(box, { force: false });
      assert.equal(status, 20, said);
      assert.match(last, /FAILED \(20\) 192\.168\.10\.20 is in use on eth0 by /);
      assert.deepEqual(listAddresses(box), []);
    });
  });

  it('at a later boot, all is well: nothing but what is missing is set, and that is looked at', async () => {
    await withSandbox(describeLater(later.tree), async (box) => {
      assert.equal((await runEarly(box)).status, 0);
      await box.reboot();
      const { status, said, last } = await runEarly(box, { force: false });
      assert.equal(status, 0, said);
      assert.match(last, /OK .*the network was restored/);
      assert.deepEqual(listAddresses(box), [own]);
    });
  });

  it('status shows each check with what was seen', async () => {
    await withSandbox(describeLater(later.tree), async (box) => {
      await runEarly(box);
      const { stdout } = await box.run(['guest-init', 'status']);
      const checks = /^checked {2}= eth0: (.*)$/m.exec(stdout)?.[1] ?? '';
      assert.match(
        checks,
        /192\.168\.10\.20 free, 192\.168\.10\.20\/26 there, default via 192\.168\.10\.1 there, carrier/,
      );
      assert.match(checks, /gateway 192\.168\.10\.1 answers \((?:[0-9a-f]{2}:){5}[0-9a-f]{2}\)$/);
      const view = JSON.parse((await box.run(['guest-init', 'status', '--json'])).stdout) as {
        checks: { what: string; result: string }[];
      };
      assert.deepEqual(
        view.checks.map(({ what, result }) => `${what} ${result}`),
        ['address-free ok', 'address ok', 'route ok', 'carrier ok', 'gateway ok'],
      );
    });
  });
});

/** No network service: guest-init restores the network at each boot. */
function describeLater(tree: ReturnType<typeof openstackTree>): SandboxOptions {
  return describeSandbox({ tree, config: 'network: {backend: none}\ndrive: {wait: 1, wait_required: 2}\n' });
}
