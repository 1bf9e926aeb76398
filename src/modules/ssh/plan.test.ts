import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Given, planAccounts } from '../users/testing/plan-accounts.ts';

const cases: [title: string, given: Given, value: 'yes' | 'no' | undefined, problems: RegExp[]][] = [
  ['true', { document: 'ssh_pwauth: true\n' }, 'yes', []],
  ['false', { document: 'ssh_pwauth: false\n' }, 'no', []],
  ['unchanged', { document: 'ssh_pwauth: unchanged\n' }, undefined, []],
  ['nothing', { document: 'ssh_pwauth:\n' }, undefined, [/note ssh_pwauth: nothing stands/]],
  ['a quoted word', { document: 'ssh_pwauth: "yes"\n' }, 'yes', [/note ssh_pwauth: .*\(deprecated\)/]],
  ['a quoted word for no', { document: 'ssh_pwauth: "OFF"\n' }, 'no', [/deprecated/]],
  [
    'another word',
    { document: 'ssh_pwauth: maybe\n' },
    undefined,
    [/error ssh_pwauth: expected true, false or "unchanged"/],
  ],
  ['an injection', { document: 'ssh_pwauth: "yes\\nPermitRootLogin yes"\n' }, undefined, [/error ssh_pwauth/]],
  ['a password alone changes nothing', { document: 'password: sesame\n' }, undefined, []],
];

for (const [title, given, value, problems] of cases) {
  test(`ssh_pwauth: ${title}`, () => {
    const plan = planAccounts(given);
    const action = plan.actions.get('ssh/pwauth');
    assert.equal(plan.problems.length, problems.length, plan.problems.join('\n'));
    for (const [index, problem] of problems.entries()) assert.match(plan.problems[index] ?? '', problem);
    if (value === undefined) {
      assert.equal(action, undefined);
      return;
    }
    assert.ok(action?.kind === 'file');
    assert.equal(action.path, '/etc/ssh/sshd_config.d/10-guest-init.conf');
    assert.equal(action.check, 'sshd');
    assert.deepEqual(String(action.content).split('\n').slice(1), [`PasswordAuthentication ${value}`, '']);
    assert.deepEqual(plan.actions.get('ssh/reload'), {
      kind: 'service',
      units: ['ssh.service', 'sshd.service'],
      verb: 'reload',
      onChangeOf: ['ssh/pwauth'],
    });
  });
}

test('ssh_pwauth: without drop-ins one line of ours at the top of sshd_config', () => {
  const action = planAccounts({ document: 'ssh_pwauth: true\n', facts: { sshdDropIns: false } }).actions.get(
    'ssh/pwauth',
  );
  assert.ok(action?.kind === 'lines');
  const [rule] = action.rules;
  assert.equal(action.path, '/etc/ssh/sshd_config');
  assert.equal(rule?.add, 'top');
  assert.equal(rule?.line, 'passwordauthentication yes');
  const pattern = new RegExp(rule?.pattern ?? '', 'm');
  assert.match('passwordauthentication no', pattern);
  assert.doesNotMatch('PasswordAuthentication no', pattern);
  assert.doesNotMatch('  passwordauthentication no', pattern);
});
