// Every call of every network tool, failing in every way: the network is put back exactly, or the call is one that it can do without.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compareHosts, digestHost, type HostDigest } from '../support/host-digest.ts';
import { cable } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox } from '../support/main-job.ts';
import {
  countToolFaults,
  type Fault,
  type FaultDrive,
  faultDrives,
  faults,
  type GuestNetwork,
  installFaults,
  readCalls,
  resetGuest,
  runEarly,
  setFault,
  snapshotGuest,
} from '../support/network-faults.ts';
import { countSegmentFaults } from '../support/network-segment-faults.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const config = 'network: {backend: ifupdown}\ndrive: {wait: 1, wait_required: 2}\n';
/** What only looks: without it the run goes on. */
const isLook = (call: string): boolean => /^ip (?:-j addr show|-4 route show)/.test(call);

type Case = {
  readonly drive: FaultDrive;
  readonly at: number | 'question';
  readonly fault: Fault;
  readonly healthy: GuestNetwork;
};

async function runFault(box: Sandbox, { drive, at, fault, healthy }: Case): Promise<void> {
  await resetGuest(box, drive.earlier === true);
  const before = await snapshotGuest(box);
  setFault(box, at, fault.script);
  const { status, said, last } = await runEarly(box);
  const after = await snapshotGuest(box);
  assertReleased(box, said);
  const call = at === 'question' ? '' : (drive.calls[at - 1] ?? '');
  if (at === 'question' || isLook(call)) {
    assert.equal(status, 0, said);
    assert.match(last, /^guest-init: OK web-1 .*192\.168\.10\.20/);
    assert.notDeepEqual(after, before);
    assert.match(after.files, /50-guest-init/);
    return;
  }
  if (status === 0 && fault.isSilent) {
    // The product saw that nothing had happened, and did it again.
    assert.deepEqual(after, healthy, said);
    return;
  }
  assert.equal(status, 20, said);
  assert.match(last, /^guest-init: FAILED \(20\) .*; see: guest-init status/, said);
  assert.match(last, fault.says, said);
  assert.deepEqual(after, before, said);
}

describe('faults of the network tools', { skip: missing ?? false, concurrency: 2 }, () => {
  let host: HostDigest;
  before(() => {
    host = digestHost();
  });
  after(async () => {
    await assertNothingLeft();
    assert.deepEqual(compareHosts(host, digestHost()), []);
  });

  it('there are at least 120 of them', (t) => {
    const [tools, segment] = [countToolFaults(), countSegmentFaults()];
    t.diagnostic(`${tools + segment} network faults: ${tools} of the tools, ${segment} of links and segments`);
    assert.ok(tools + segment >= 120);
  });

  for (const drive of faultDrives)
    it(`${drive.name}: ${drive.calls.length} calls, each failing in ${faults.length} ways`, async (t) => {
      const links = drive.links ?? [cable];
      await withSandbox(describeSandbox({ tree: drive.tree, sandbox: { links }, config }), async (box) => {
        installFaults(box, drive.hidden);
        await resetGuest(box, drive.earlier === true);
        setFault(box, 0);
        const healthy = await runEarly(box);
        assert.equal(healthy.status, 0, healthy.said);
        const goal = await snapshotGuest(box);
        const calls = readCalls(box).filter((call) => !call.startsWith('ip -force'));
        assert.deepEqual(
          calls.map((call, index) => (call.startsWith(drive.calls[index] ?? '?') ? drive.calls[index] : call)),
          drive.calls,
        );
        const points: (number | 'question')[] = calls.map((_, index) => index + 1);
        if (!drive.hidden?.includes('ip')) points.push('question');
        for (const at of points)
          for (const fault of faults) {
            const what = at === 'question' ? 'the question to the segment' : (calls[at - 1] ?? '');
            await t.test(`${what} ${fault.name}`, () => runFault(box, { drive, at, fault, healthy: goal }));
          }
      });
    });
});
