import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyNetwork } from '../core/network-config.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import type { InstanceRecord } from '../state/record.ts';
import {
  addImageUserData,
  applyAnew,
  describeUse,
  isDue,
  openImageUserData,
  readImageUserData,
  standsForDrive,
} from './image-user-data.ts';

const path = '/var/lib/coreos-install/user_data';
const read = (file: MemoryFile) => readImageUserData(createMemoryHost({ files: { [path]: file } }).host, path);
const stored = read({ content: '#cloud-config\n', mode: 0o600 });
const record: InstanceRecord = {
  ...{ instance: { uuid: 'a' }, name: 'a', source: '/dev/sr0', startedAt: 0, bootId: 'boot-1', stages: {} },
  ...{ networkSteps: [], everyBoot: false, diagnostics: [], made: [] },
};
const applied: InstanceRecord = { ...record, imageUserData: { digest: stored.digest ?? '', isUsed: true } };
const instance = { id: { uuid: 'a' }, publicKeys: [], network: emptyNetwork, files: [] };
const drive = { bytes: new Uint8Array(), source: 'openstack/latest/user_data' };

describe('what is read', () => {
  const refused: readonly [name: string, file: MemoryFile, message: RegExp][] = [
    ['a link', { target: '/etc/shadow' }, /a plain file/],
    ['a folder', { kind: 'directory' }, /a plain file/],
    ['a file of another user', { content: 'x', uid: 1000, mode: 0o600 }, /others than root/],
    ['a file that its group may write', { content: 'x', mode: 0o660 }, /others than root/],
    ['a file that everybody may write', { content: 'x', mode: 0o602 }, /others than root/],
    ['a file that is too long', { content: 'x'.repeat(4 * 1024 * 1024 + 1) }, /limit/],
  ];
  for (const [name, file, message] of refused)
    test(`${name} is refused`, () => {
      const { raw, digest, problems } = read(file);
      assert.deepEqual([raw, digest], [undefined, undefined]);
      assert.match(problems[0]?.message ?? '', message);
    });
  test('a file of root', () => assert.equal(Buffer.from(stored.raw?.bytes ?? []).toString(), '#cloud-config\n'));
  test('nothing', () => assert.deepEqual(readImageUserData(createMemoryHost().host, path), { path, problems: [] }));
});

describe('when it is due', () => {
  const cases: readonly [
    name: string,
    apply: Policy['user_data_file']['apply'],
    record: InstanceRecord | undefined,
    bootId: string,
    due: boolean,
  ][] = [
    ['a new instance gets it anyway', 'always', undefined, 'boot-2', false],
    ['unchanged', 'on-change', applied, 'boot-2', false],
    ['changed', 'on-change', { ...applied, imageUserData: { digest: 'x', isUsed: true } }, 'boot-2', true],
    ['put there since', 'on-change', record, 'boot-2', true],
    [
      'changed, where the drive has its own',
      'on-change',
      { ...record, imageUserData: { digest: 'x', isUsed: false } },
      'boot-2',
      false,
    ],
    ['once', 'once', { ...applied, imageUserData: { digest: 'x', isUsed: true } }, 'boot-2', false],
    ['always, in the next boot', 'always', applied, 'boot-2', true],
    ['always, in the same boot', 'always', applied, 'boot-1', false],
  ];
  for (const [name, apply, known, bootId, due] of cases)
    test(name, () => {
      const policy = { ...defaultPolicy, user_data_file: { path, apply } };
      assert.equal(isDue(stored, { record: known, policy, bootId }), due);
    });
  test('one that cannot be used never is', () =>
    assert.equal(isDue({ path, problems: [] }, { record, policy: defaultPolicy, bootId: 'boot-2' }), false));
  test('the early stage is done again whoever asks', () => {
    const again = (stage: 'early' | 'late') => applyAnew({ fresh: false, work: [{ stage, work: 'none' }] }).work;
    assert.deepEqual(again('early'), [{ stage: 'early', work: 'whole' }]);
    assert.deepEqual(
      again('late').map(({ stage, work }) => `${stage} ${work}`),
      ['early whole', 'late whole'],
    );
  });
});

describe('beside a drive', () => {
  test('it stands in for a user_data that is not there', () => {
    const found = addImageUserData(instance, stored);
    assert.equal(found.instance.userData, stored.raw);
    assert.deepEqual(describeUse(stored, found.instance), { imageUserData: { digest: stored.digest, isUsed: true } });
  });
  test('it gives way to one that is, and that is told', () => {
    const found = addImageUserData({ ...instance, userData: drive }, stored);
    assert.equal(found.instance.userData, drive);
    assert.match(found.diagnostics[0]?.message ?? '', /^not applied: openstack\/latest\/user_data/);
    assert.equal(describeUse(stored, found.instance).imageUserData?.isUsed, false);
  });
  test('what is wrong with it is told', () => {
    const broken = read({ content: 'x', mode: 0o666 });
    assert.deepEqual(addImageUserData(instance, broken).diagnostics, broken.problems);
  });
});

describe('in the place of a drive', () => {
  const required = { ...defaultPolicy, drive: { ...defaultPolicy.drive, required: true } } as const;
  test('for a new guest, and one that had nothing else', () => {
    assert.equal(standsForDrive(stored, defaultPolicy), true);
    assert.equal(standsForDrive(stored, defaultPolicy, applied), true);
    assert.equal(
      standsForDrive(stored, defaultPolicy, { ...record, imageUserData: { digest: 'x', isUsed: false } }),
      false,
    );
    assert.equal(standsForDrive(stored, required), false);
    assert.equal(standsForDrive({ path, problems: [] }, defaultPolicy), false);
  });
  test('the machine says who it is; a guest that is known by its drive stays who it is', () => {
    const files = { '/etc/machine-id': '0123456789abcdef0123456789abcdef\n' };
    const idOf = (host: ReturnType<typeof createMemoryHost>['host'], known?: InstanceRecord) =>
      openImageUserData(stored, host, known).reading.instance?.id;
    assert.deepEqual(idOf(createMemoryHost({ facts: { dmi: { productUuid: 'd' } }, files }).host), { uuid: 'd' });
    assert.deepEqual(idOf(createMemoryHost({ files }).host), { uuid: '01234567-89ab-cdef-0123-456789abcdef' });
    assert.deepEqual(idOf(createMemoryHost({ files }).host, record), { uuid: 'a' });
    const own = { ...record, source: path };
    assert.deepEqual(idOf(createMemoryHost({ facts: { dmi: { productUuid: 'd' } } }).host, own), { uuid: 'd' });
  });
});
