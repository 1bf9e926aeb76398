import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { timezone } from './index.ts';

for (const zone of [
  '../../etc/shadow',
  '/etc/shadow',
  'Europe/../../x',
  'Europe//Berlin',
  'Europe/',
  'a b',
  'x\\n',
  '.',
  '..',
  'a'.repeat(65),
]) {
  test(`refuses ${zone.slice(0, 20)}`, () => {
    const { steps, diagnostics } = planDocument(timezone, `timezone: "${zone}"\n`);
    assert.deepEqual(steps, []);
    assert.deepEqual(listProblems(diagnostics), [
      'error | user_data:2:1 | timezone | value | expected a zone name such as "Europe/Berlin", found a string',
    ]);
  });
}

for (const zone of ['UTC', 'Etc/GMT-14', 'America/Port-au-Prince', 'America/Argentina/ComodRivadavia', 'EST5EDT']) {
  test(`accepts ${zone}`, () => {
    const action = planDocument(timezone, `timezone: ${zone}\n`).steps[0]?.action;
    assert.equal(action?.kind === 'symlink' && action.target, `/usr/share/zoneinfo/${zone}`);
  });
}

test('a number is no zone', () => {
  const { diagnostics } = planDocument(timezone, 'timezone: 5\n');
  assert.match(
    listProblems(diagnostics)[0] ?? '',
    /\| type \| expected a zone name such as "Europe\/Berlin", found a number/,
  );
});
