import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstanceRecord, MachineTraces } from '../state/record.ts';
import { describeCloneTraces } from './clone-traces.ts';

function describe(before: MachineTraces | undefined, now: MachineTraces): string | undefined {
  const record: InstanceRecord = {
    instance: { ec2: 'i-1' },
    name: 'i-1',
    source: 'x',
    startedAt: 1,
    bootId: 'b',
    stages: {},
    networkSteps: [],
    everyBoot: false,
    diagnostics: [],
    made: [],
    ...(before === undefined ? {} : { machine: before }),
  };
  return describeCloneTraces(record, now);
}

const before = { id: 'aa', uuid: 'u1', hostKeys: ['rsa SHA256:1', 'ed25519 SHA256:2'] };

test('a copy has what the original had', () => {
  const copied = 'copied from i-1 without guest-init seal: it has the same';
  assert.equal(describe(before, { id: 'aa', uuid: 'u2', hostKeys: ['rsa SHA256:9'] }), `${copied} machine-id`);
  assert.equal(describe(before, { id: 'bb', uuid: 'u2', hostKeys: ['ed25519 SHA256:2'] }), `${copied} ssh host keys`);
  assert.equal(describe(before, { ...before, uuid: 'u2' }), `${copied} machine-id and ssh host keys`);
});

test('where the firmware names no machine it may be the same one', () => {
  const { uuid: _, ...unnamed } = before;
  for (const [old, now] of [
    [unnamed, before],
    [before, unnamed],
    [unnamed, unnamed],
  ] as const) {
    assert.match(
      describe(old, now) ?? '',
      /^it has the machine-id and ssh host keys of i-1: copied .*, or the same machine/,
    );
  }
});

test('a sealed image, the same machine with another drive, a record of an older version', () => {
  assert.equal(describe(before, { id: 'bb', uuid: 'u2', hostKeys: ['rsa SHA256:9'] }), undefined);
  assert.equal(describe(before, { uuid: 'u2' }), undefined);
  assert.equal(describe(before, before), undefined);
  assert.equal(describe(undefined, { id: 'aa', uuid: 'u2' }), undefined);
  assert.equal(describe({}, {}), undefined);
});
