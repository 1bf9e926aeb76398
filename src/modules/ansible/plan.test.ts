import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { ansible } from './index.ts';

describe('ansible: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: readonly string[]][] = [
    [
      'a controller without its folder',
      '{setup_controller: {run_ansible: [{playbook_name: a.yml}]}}',
      [/run_ansible\[0\] .*playbook_dir/],
      ['ansible/install'],
    ],
    [
      'a folder that is none',
      '{setup_controller: {repositories: [{source: x, path: ../y}]}}',
      [/absolute path/],
      ['ansible/install'],
    ],
    [
      'no playbook',
      '{pull: {url: https://x}}',
      [/^error .*ansible\.pull \| missing \| playbook_name/],
      ['ansible/install'],
    ],
    ['no address', '{pull: {playbook_name: a.yml}}', [/url/], []],
    ['an option for a playbook', '{pull: {url: https://x, playbook_name: --check}}', [/playbook/], []],
    ['another way to install', '{install_method: snap}', [/distro or pip/], []],
    ['an option for a package', '{install_method: pip, package_name: --index-url=x}', [/name of a package/], []],
    [
      'one of several without a playbook',
      '{pull: [{url: https://x}, {url: https://y, playbook_name: a.yml}]}',
      [/ansible\.pull\[0\]/],
      ['ansible/install', 'ansible/pull/1'],
    ],
  ];
  for (const [name, body, problems, expected] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(ansible, `ansible: ${body}\n`);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.deepEqual(
        steps.map(({ id }) => id),
        expected,
      );
    });
});
