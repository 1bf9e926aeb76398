import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instanceName, isSameInstance } from './instance-config.ts';

const uuid = '8c1c4b6e-0000-4000-8000-00000000000A';

test('an instance goes by its uuid, else by its EC2 id', () => {
  assert.equal(instanceName({ uuid, ec2: 'i-1' }), uuid);
  assert.equal(instanceName({ ec2: 'i-1' }), 'i-1');
  assert.equal(instanceName({}), 'unknown');
});

test('two uuids decide alone, in any case; EC2 ids stand in where one side lacks the uuid', () => {
  assert.equal(isSameInstance({ uuid }, { uuid: uuid.toLowerCase() }), true);
  assert.equal(isSameInstance({ uuid, ec2: 'i-1' }, { uuid: 'other', ec2: 'i-1' }), false);
  assert.equal(isSameInstance({ uuid, ec2: 'i-1' }, { ec2: 'i-1' }), true);
  assert.equal(isSameInstance({ ec2: 'i-1' }, { ec2: 'i-2' }), false);
});

test('two that name nothing in common are not the same', () => {
  assert.equal(isSameInstance({}, {}), false);
  assert.equal(isSameInstance({ uuid }, { ec2: 'i-1' }), false);
});
