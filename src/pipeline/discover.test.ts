import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import { datasources } from '../datasources/registry.generated.ts';
import { openFolder } from './discover.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-discover-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = { datasources, datasourceOptions: { adminPassword: false } };

test('a folder with either tree is a drive', () => {
  mkdirSync(join(folder, 'ec2/latest'), { recursive: true });
  writeFileSync(join(folder, 'ec2/latest/meta-data.json'), '{"instance-id": "i-00000001"}');
  const drive = openFolder(folder, options);
  assert.equal(drive.description, folder);
  assert.equal(drive.root, folder);
  assert.deepEqual(drive.reading.instance?.id, { ec2: 'i-00000001' });
  drive.release();
  drive.release();
});

test('any other folder is exit 12, by its content', () => {
  writeFileSync(join(folder, 'README'), 'some other disc');
  const isUnreadable = (error: unknown): boolean =>
    error instanceof AgentError && error.code === exitCodes.driveUnreadable && error.message.includes(folder);
  assert.throws(() => openFolder(folder, options), isUnreadable);
  assert.throws(
    () => openFolder(join(folder, 'nowhere'), options),
    (error: unknown) => error instanceof AgentError && error.code === exitCodes.driveUnreadable,
  );
});

test('a drive that names no instance has a refusal, not an exception', () => {
  mkdirSync(join(folder, 'openstack'));
  const { reading } = openFolder(folder, options);
  assert.equal(reading.instance, undefined);
  assert.equal(reading.refusal?.code, exitCodes.inputInvalid);
});
