import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { users } from '../users/index.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { sshImportId } from './index.ts';

describe('ssh_import_id', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: readonly string[]][] = [
    [
      'another site',
      'ssh_import_id: [gl:ops, gh:ops]\n',
      [/^error .*ssh_import_id\[0\] \| value \| .*gh:octo-cat/],
      ['ssh_import_id/debian/gh:ops'],
    ],
    ['a path', 'ssh_import_id: ["gh:../../x", "lp:a b"]\n', [/\[0\]/, /\[1\]/], []],
    ['a key in place of an id', 'ssh_import_id: "ssh-rsa AAAA"\n', [/a list of ids/], []],
    ['nobody to receive them', 'ssh_import_id: [gh:ops]\nusers: []\n', [], []],
  ];
  for (const [name, body, problems, expected] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(sshImportId, body, { neighbours: [users] });
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.deepEqual(
        steps.map(({ id }) => id),
        expected,
      );
    });

  it('has the default user made, who gets nothing else', () => {
    const { steps } = planDocument(users, 'ssh_import_id: [gh:ops]\n', { neighbours: [sshImportId] });
    assert.ok(steps.some(({ id }) => id === 'users/debian'));
  });

  it('of a user without a home is a fault with its place', () => {
    const body = 'users:\n  - name: batch\n    system: true\n    ssh_import_id: [gh:ops]\n';
    const { steps, diagnostics } = planDocument(users, body);
    assert.deepEqual(
      steps.filter(({ stage }) => stage === 'late'),
      [],
    );
    assert.match(
      listProblems(diagnostics).join('\n'),
      /^error \| user_data:5:\d+ \| users\[0\]\.ssh_import_id \| conflict/,
    );
  });
});
