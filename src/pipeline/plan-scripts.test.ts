import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Step } from '../core/plan.ts';
import type { Script } from '../userdata/part-format.ts';
import { placeScripts } from './plan-scripts.ts';

const step = (module: string, stage: Step['stage'] = 'late'): Step => {
  return { id: `${module}/0`, module, stage, action: { kind: 'remove', path: '/x', sha256: '' }, summary: module };
};
const script = (name: string, more: Partial<Script> = {}): Script => {
  return { kind: 'script', name, bytes: new Uint8Array(), interpreter: '/bin/sh', ...more };
};
const list = (steps: readonly Step[]): string[] =>
  steps.map(({ id, frequency }) => (frequency === undefined ? id : `${id} ${frequency}`));

test('the order of the final stage: vendor, once, boot, instance, then by name with runcmd among them', () => {
  const steps = placeScripts(
    [step('users', 'early'), step('write-files'), step('runcmd'), step('timezone')],
    [
      script('z.sh'),
      script('part-002'),
      script('i', { frequency: 'instance' }),
      script('b', { frequency: 'boot' }),
      script('o', { frequency: 'once' }),
      script('v', { isVendor: true }),
    ],
    'i-1',
  );
  assert.deepEqual(list(steps), [
    'users/0',
    'write-files/0',
    'script/vendor-v',
    'script/o once',
    'script/b boot',
    'script/i',
    'script/part-002',
    'runcmd/0',
    'script/z.sh',
    'timezone/0',
  ]);
});

test('hooks come before bootcmd, at every boot, and know the instance', () => {
  const steps = placeScripts(
    [step('users', 'early'), step('bootcmd', 'early'), step('write-files', 'early')],
    [script('h', { kind: 'hook' })],
    'i-1',
  );
  assert.deepEqual(list(steps), ['users/0', 'boothook/h boot', 'bootcmd/0', 'write-files/0']);
  const { action, stage } = steps[1] ?? step('none');
  assert.equal(stage, 'early');
  assert.deepEqual(action.kind === 'exec' && action.env, { INSTANCE_ID: 'i-1' });
});

test('without bootcmd and runcmd they come last; a script alone keeps its name', () => {
  assert.deepEqual(
    list(placeScripts([step('users', 'early')], [script('h', { kind: 'hook' }), script('user_data')], 'i-1')),
    ['users/0', 'script/user_data', 'boothook/h boot'],
  );
});
