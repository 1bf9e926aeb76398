import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentError, type ExitCode, exitCodes } from '../core/error.ts';
import type { Dmi } from '../core/facts.ts';
import type { Stage } from '../core/plan.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import type { InstanceRecord, StageRecord } from '../state/record.ts';
import { decideWork, findDriveWait, isDriveRequired, keepOfRecord, refuseForeignDrive } from './identity.ts';

const uuid = '8c1c4b6e-0000-4000-8000-000000000001';
const other = '8c1c4b6e-0000-4000-8000-000000000002';

function done(exitCode: ExitCode = exitCodes.ok): StageRecord {
  return { bootId: 'boot-1', startedAt: 1, ms: 1, exitCode, outcomes: [] };
}

function makeRecord(changes: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    instance: { uuid },
    name: uuid,
    source: '/dev/sr0 (iso9660)',
    startedAt: 1,
    bootId: 'boot-1',
    stages: { early: done(), late: done() },
    networkSteps: [],
    everyBoot: false,
    diagnostics: [],
    made: [],
    ...changes,
  };
}

function decide(options: Partial<Parameters<typeof decideWork>[0]>): { fresh: boolean; work: string[] } {
  const { fresh, work } = decideWork({
    record: makeRecord(),
    instance: { uuid },
    requested: ['early', 'late'],
    bootId: 'boot-1',
    force: false,
    ...options,
  });
  return { fresh, work: work.map(({ stage, work }) => `${stage} ${work}`) };
}

test('no record, another instance and --force are first boots', () => {
  const whole = { fresh: true, work: ['early whole', 'late whole'] };
  assert.deepEqual(decide({ record: undefined }), whole);
  assert.deepEqual(decide({ instance: { uuid: other } }), whole);
  assert.deepEqual(decide({ force: true }), whole);
});

test('a finished instance has nothing left to do', () => {
  assert.deepEqual(decide({}), { fresh: false, work: ['early none', 'late none'] });
  assert.deepEqual(decide({ bootId: 'boot-2' }), { fresh: false, work: ['early none', 'late none'] });
});

test('the same instance is known by either of its names', () => {
  assert.equal(decide({ instance: { uuid: uuid.toUpperCase() } }).fresh, false);
  const record = makeRecord({ instance: { uuid, ec2: 'i-00000001' } });
  assert.equal(decide({ record, instance: { ec2: 'i-00000001' } }).fresh, false);
  assert.equal(decide({ record, instance: { ec2: 'i-00000002' } }).fresh, true);
  // Two uuids decide, whatever the EC2 ids say.
  assert.equal(decide({ record, instance: { uuid: other, ec2: 'i-00000001' } }).fresh, true);
});

test('a stage that was cut off is taken up, and late takes an unfinished early along', () => {
  assert.deepEqual(decide({ record: makeRecord({ stages: { early: done() } }) }).work, ['early none', 'late whole']);
  assert.deepEqual(decide({ record: makeRecord({ stages: {} }), requested: ['late'] }).work, [
    'early whole',
    'late whole',
  ]);
  assert.deepEqual(decide({ record: undefined, requested: ['late'] }).work, ['early whole', 'late whole']);
  assert.deepEqual(decide({ record: undefined, requested: ['early'] }).work, ['early whole']);
  assert.deepEqual(decide({ requested: ['late'] }).work, ['late none']);
});

test('steps of every boot are due once in each boot', () => {
  const record = makeRecord({ everyBoot: true });
  assert.deepEqual(decide({ record, bootId: 'boot-2' }).work, ['early everyBoot', 'late everyBoot']);
  // The early unit has had its turn in this boot, the late one has not.
  const stages = { early: { ...done(), bootId: 'boot-2' }, late: done() };
  const begun = makeRecord({ everyBoot: true, bootId: 'boot-2', stages });
  assert.deepEqual(decide({ record: begun, bootId: 'boot-2' }).work, ['early none', 'late everyBoot']);
  assert.deepEqual(decide({ record, bootId: 'boot-1' }).work, ['early none', 'late none']);
  const late = { requested: ['late'], bootId: 'boot-2' } as const;
  assert.deepEqual(decide({ ...late, record: begun }).work, ['late everyBoot']);
  // The early unit was killed.
  assert.deepEqual(decide({ ...late, record }).work, ['early everyBoot', 'late everyBoot']);
  assert.deepEqual(decide({ ...late, record: makeRecord() }).work, ['late none']);
});

test('a network that failed is asked for again at every run; other failures are not', () => {
  for (const code of [exitCodes.networkRolledBack, exitCodes.networkRollbackFailed, exitCodes.linkMissing]) {
    const record = makeRecord({ stages: { early: done(code), late: done() } });
    assert.deepEqual(decide({ record }).work, ['early everyBoot', 'late none'], String(code));
  }
  const record = makeRecord({ stages: { early: done(exitCodes.degraded), late: done() } });
  assert.deepEqual(decide({ record }).work, ['early none', 'late none']);
});

test('a forced half keeps the record of the other half; another instance keeps nothing', () => {
  const record = makeRecord();
  const keep = (requested: readonly Stage[], instance = { uuid }, force = true) => {
    const decision = decideWork({ record, instance, requested, bootId: 'boot-1', force });
    return keepOfRecord(record, instance, decision);
  };
  assert.deepEqual(Object.keys(keep(['early'])?.stages ?? {}), ['late']);
  assert.deepEqual(Object.keys(keep(['early', 'late'])?.stages ?? {}), []);
  assert.equal(keep(['early'], { uuid: other }), undefined);
  assert.equal(keep(['early'], { uuid }, false), record);
});

const nova: Dmi = { productName: 'OpenStack Nova', productUuid: uuid };

test("another machine's drive is refused where DMI can tell, and not with --force", () => {
  assert.throws(
    () => refuseForeignDrive({ uuid: other }, nova, false),
    (error) =>
      error instanceof AgentError && error.code === exitCodes.identityConflict && error.message.includes(other),
  );
  refuseForeignDrive({ uuid: other }, nova, true);
  refuseForeignDrive({ uuid: uuid.toUpperCase() }, nova, false);
  refuseForeignDrive({ ec2: 'i-00000001' }, nova, false);
  refuseForeignDrive({ uuid: other }, { productName: 'OpenStack Nova' }, false);
  refuseForeignDrive({ uuid: other }, { ...nova, productName: 'KVM' }, false);
});

test('a drive is required where the platform always attaches one, or as the image says', () => {
  const isRequired = (dmi: Dmi, required: 'auto' | boolean = 'auto') => isDriveRequired(makePolicy(required), dmi);
  assert.equal(isRequired(nova), true);
  assert.equal(isRequired({ productName: 'OpenStack Compute' }), true);
  assert.equal(isRequired({ productName: 'CloudStack KVM Hypervisor' }), true);
  assert.equal(isRequired({ productName: 'Standard PC' }), false);
  assert.equal(isRequired({ productName: 'Standard PC' }, true), true);
  assert.equal(isRequired(nova, false), false);
});

test('a removed drive holds up no boot of the machine that it was for, and others but shortly', () => {
  const wait = (dmi: Dmi, record?: InstanceRecord, required: 'auto' | boolean = 'auto') =>
    findDriveWait(makePolicy(required), dmi, record);
  assert.equal(wait(nova), 60);
  assert.equal(wait({}), 10);
  assert.equal(wait({ ...nova, productUuid: uuid }, makeRecord()), 0);
  assert.equal(wait({ ...nova, productUuid: other }, makeRecord()), 10);
  assert.equal(wait({ productUuid: uuid }, makeRecord()), 10);
  assert.equal(wait({}, makeRecord(), true), 60);
});

function makePolicy(required: 'auto' | boolean): Policy {
  return { ...defaultPolicy, drive: { ...defaultPolicy.drive, required } };
}

test('a known instance that is done again keeps its record, without the stages', () => {
  const decision = { fresh: true, isAnew: true, work: [{ stage: 'early', work: 'whole' }] } as const;
  const record = makeRecord();
  assert.deepEqual(keepOfRecord(record, { uuid }, decision), { ...record, stages: {} });
});

test('with a user_data of the image, no drive is waited for longer than one that may come, and by a known machine not at all', () => {
  const cloudStack: Dmi = { productName: 'CloudStack KVM Hypervisor', productUuid: uuid };
  const path = '/var/lib/coreos-install/user_data';
  const { wait, wait_required: waitRequired } = defaultPolicy.drive;
  assert.equal(findDriveWait(defaultPolicy, cloudStack, undefined), waitRequired);
  assert.equal(findDriveWait(defaultPolicy, cloudStack, undefined, path), wait);
  assert.equal(findDriveWait(defaultPolicy, cloudStack, makeRecord({ source: path }), path), 0);
  assert.equal(findDriveWait(defaultPolicy, cloudStack, makeRecord(), path), wait);
  assert.equal(
    findDriveWait(defaultPolicy, { ...cloudStack, productUuid: other }, makeRecord({ source: path }), path),
    wait,
  );
});
