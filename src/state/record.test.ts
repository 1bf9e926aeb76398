import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryHost } from '../host/memory.ts';
import { type InstanceRecord, loadRecord, peekRecord, saveRecord, stateDirectory } from './record.ts';

const recordFile = `${stateDirectory}/state.json`;

const record: InstanceRecord = {
  instance: { uuid: '8c1c4b6e-0000-4000-8000-000000000001', ec2: 'i-00000001' },
  name: '8c1c4b6e-0000-4000-8000-000000000001',
  hostname: 'web-1\nwith a line break and ü',
  source: '/dev/sr0 (iso9660)',
  startedAt: 1,
  bootId: 'boot-1',
  stages: { early: { bootId: 'boot-1', startedAt: 1, ms: 12, exitCode: 0, outcomes: [] } },
  networkSteps: [],
  everyBoot: true,
  diagnostics: [],
  made: [{ path: '/etc/motd', step: 'write_files/0' }],
};

function hostWith(content?: string) {
  return createMemoryHost({
    files: {
      [stateDirectory]: { kind: 'directory' },
      ...(content === undefined ? {} : { [recordFile]: { content, mode: 0o600 } }),
    },
  });
}

function written(): string {
  const { host } = hostWith();
  saveRecord(host, stateDirectory, record);
  return host.readText(recordFile) ?? '';
}

test('what is saved is loaded, and is for root alone', () => {
  const { host, files } = hostWith();
  assert.deepEqual(loadRecord(host), {});
  assert.equal(peekRecord(host), undefined);
  saveRecord(host, stateDirectory, record);
  assert.deepEqual(loadRecord(host), { record });
  assert.deepEqual(peekRecord(host), record);
  assert.equal(files.get(recordFile)?.mode, 0o600);
});

test('torn at any byte, edited or of another version: set aside, never half trusted', () => {
  const text = written();
  const damaged = [
    ...Array.from({ length: 40 }, (_, index) => text.slice(0, Math.floor((index * (text.length - 1)) / 40))),
    text.replace('web-1', 'web-2'),
    text.replace('"version":1', '"version":2'),
    text.replace('"everyBoot":true', '"everyBoot":false'),
    'null\nnull\n',
    '\0\0\0\0',
    '[]',
  ];
  for (const content of damaged) {
    const { host, files } = hostWith(content);
    assert.equal(peekRecord(host), undefined, JSON.stringify(content.slice(0, 40)));
    assert.ok(files.has(recordFile), 'looking changes nothing');
    const { record: found, quarantined } = loadRecord(host);
    assert.equal(found, undefined);
    assert.ok(quarantined?.startsWith(`${recordFile}.quarantined-`), quarantined);
    assert.equal(host.readText(quarantined ?? ''), content);
    assert.equal(files.get(quarantined ?? '')?.mode, 0o600);
    assert.ok(!files.has(recordFile));
    assert.deepEqual(loadRecord(host), {}, 'the second look finds nothing');
  }
});
