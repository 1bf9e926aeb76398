import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exitCodes } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { emptyNetwork, type NetworkConfig } from '../core/network-config.ts';
import { defaultPolicy } from '../core/policy.ts';
import { createMemoryHost } from '../host/memory.ts';
import { fingerprintNetwork } from '../state/fingerprint.ts';
import { type InstanceRecord, peekRecord, stateDirectory } from '../state/record.ts';
import { addNetworkWork, compareNetwork, concludeUnreadNetwork, renewRecord } from './network-change.ts';

function networkAt(address: string, place = 'links[0]'): NetworkConfig {
  const origin = { source: `openstack/latest/network_data.json ${place}` };
  return {
    links: [{ id: 'a', kind: 'physical', mac: 'fa:16:3e:00:00:05', origin }],
    addresses: [
      {
        link: 'a',
        family: 4,
        method: 'static',
        address,
        prefixLength: 24,
        prefixOrigin: origin,
        routes: [],
        dns: [],
        origin,
      },
    ],
    dns: [],
  };
}

const uuid = '8c1c4b6e-0000-4000-8000-000000000001';
const instance: InstanceConfig = { id: { uuid }, publicKeys: [], files: [], network: networkAt('10.0.0.5') };
const early = { bootId: 'boot-1', startedAt: 1, ms: 1, exitCode: exitCodes.ok, outcomes: [] };
const record: InstanceRecord = {
  ...{ instance: { uuid }, name: uuid, hostname: 'web-1', source: '/dev/sr0', startedAt: 1, bootId: 'boot-1' },
  ...{ stages: { early, late: early }, networkSteps: [], everyBoot: false, diagnostics: [], made: [] },
  driveStamp: 'old',
  networkData: fingerprintNetwork(instance.network),
};

describe('what a drive says about the network of a known instance', () => {
  const dhcp = { ...defaultPolicy, network: { ...defaultPolicy.network, when_unspecified: 'dhcp' } } as const;
  const say = (changes: Partial<InstanceConfig>, policy = defaultPolicy, known = record): string =>
    compareNetwork(known, { ...instance, ...changes }, policy);

  it('is the same, wherever it says so', () => {
    assert.equal(say({}), 'same');
    assert.equal(say({ network: networkAt('10.0.0.5', 'links[7]') }), 'same');
  });

  it('is another, or cannot be compared with what an older version applied', () => {
    assert.equal(say({ network: networkAt('10.0.0.6') }), 'changed');
    const { networkData: _, ...older } = record;
    assert.equal(say({}, defaultPolicy, older), 'changed');
    assert.equal(say({ network: networkAt('10.0.0.6'), networkDamage: 'part' }), 'changed');
  });

  it('is nothing any more, which is a change only where DHCP is to take its place', () => {
    assert.equal(say({ network: emptyNetwork }), 'unspecified');
    assert.equal(say({ network: { ...networkAt('10.0.0.5'), addresses: [] } }), 'unspecified');
    assert.equal(say({ network: emptyNetwork }, dhcp), 'changed');
  });

  it('cannot be read, even where it looks like nothing', () => {
    assert.equal(say({ network: emptyNetwork, networkDamage: 'whole' }, dhcp), 'unknown');
  });
});

describe('the work of a changed network', () => {
  it("is the network's part of an early stage that had nothing to do; one that has work takes it along", () => {
    const work = [
      { stage: 'early', work: 'none' },
      { stage: 'late', work: 'none' },
    ] as const;
    assert.deepEqual(addNetworkWork({ fresh: false, work }, record, 'boot-2').work, [
      { stage: 'early', work: 'network' },
      { stage: 'late', work: 'none' },
    ]);
    const busy = { fresh: false, work: [{ stage: 'early', work: 'everyBoot' }] } as const;
    assert.deepEqual(addNetworkWork(busy, record, 'boot-2').work, busy.work);
  });

  it('is taken along by the late stage, unless the early one has tried in this boot', () => {
    const late = { fresh: false, work: [{ stage: 'late', work: 'none' }] } as const;
    assert.deepEqual(addNetworkWork(late, record, 'boot-2').work, [{ stage: 'early', work: 'network' }, ...late.work]);
    assert.equal(addNetworkWork(late, record, 'boot-1'), late);
  });
});

describe('a drive with nothing new', () => {
  const folders = { files: { [stateDirectory]: { kind: 'directory' } } } as const;

  it('is known from then on', () => {
    const { host } = createMemoryHost(folders);
    const renewed = renewRecord(record, { drive: { stamp: 'new' }, instance, host, word: 'same' });
    assert.equal(renewed.driveStamp, 'new');
    assert.deepEqual(peekRecord(host), renewed);
  });

  it('is not written down when it is known, is a folder, or cannot be read', () => {
    const { host, files } = createMemoryHost(folders);
    const before = files.size;
    for (const [stamp, word] of [
      ['old', 'same'],
      [undefined, 'same'],
      ['new', 'unknown'],
    ] as const)
      assert.equal(renewRecord(record, { drive: stamp === undefined ? {} : { stamp }, instance, host, word }), record);
    assert.equal(files.size, before);
  });

  it('that cannot be read is told with its place, and the network stays', () => {
    const problem = {
      severity: 'error',
      code: 'damaged',
      source: 'network_data.json',
      line: 1,
      column: 3,
      message: 'x',
    } as const;
    const { verdict } = concludeUnreadNetwork(record, { description: 'eth0 10.0.0.5/24', restored: false }, [problem]);
    assert.deepEqual([verdict.exitCode, verdict.word], [exitCodes.degraded, 'DEGRADED']);
    assert.equal(
      verdict.message,
      "web-1 eth0 10.0.0.5/24: the drive's network data cannot be read; the network stays as it was; network_data.json:1:3 x",
    );
  });
});
