import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentedKeys, remedies } from './cloud-init-keys.ts';
import { listKeys } from './known-keys.ts';

test('each key is owned, says how documents combine, or is left undone, perhaps with what to do instead', () => {
  const keys = listKeys([{ name: 'write-files', keys: ['write_files', 'own'] }]);
  const find = (name: string) => keys.find(({ key }) => key === name);
  assert.deepEqual(find('write_files'), { key: 'write_files', module: 'write-files' });
  assert.deepEqual(find('own'), { key: 'own', module: 'write-files' });
  assert.deepEqual(find('merge_how'), { key: 'merge_how', combines: true });
  assert.deepEqual(find('ubuntu_pro'), { key: 'ubuntu_pro', remedy: 'runcmd: pro attach' });
  assert.deepEqual(
    keys.map(({ key }) => key),
    keys.map(({ key }) => key).sort(),
  );
  assert.equal(keys.length, documentedKeys.size + 1);
});

test('what is done instead is said of documented keys alone', () => {
  assert.deepEqual(
    Object.keys(remedies).filter((key) => !documentedKeys.has(key)),
    [],
  );
});
