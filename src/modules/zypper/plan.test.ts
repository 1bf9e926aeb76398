import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';

import { zypper } from './index.ts';

const guest: CaseInput = { facts: { packageManager: 'zypper' } };

describe('zypper: what is said', () => {
  const cases: readonly [name: string, text: string, problems: readonly RegExp[], steps: number, input?: CaseInput][] =
    [
      ['no address', 'zypper: {repos: [{id: a}, {id: b, baseurl: "http://x"}]}\n', [/repos\[0\] .*"baseurl"/], 1],
      ['no name', 'zypper: {repos: [{baseurl: "http://x"}]}\n', [/repos\[0\] .*"id"/], 0],
      [
        'twice',
        'zypper: {repos: [{id: a b, baseurl: "http://x"}, {id: a_b, baseurl: "http://x"}]}\n',
        [/^error .*repos\[1\] .*twice/],
        1,
      ],
      ['the folder of all', 'zypper: {config: {configdir: /x}}\n', [/^warning .*configdir .*unsupported-key/], 0],
      ['an unknown key', 'zypper: {repo: []}\n', [/unknown key "repo"; did you mean "repos"/], 0],
      ['Debian', 'zypper: {repos: [{id: a, baseurl: "http://x"}]}\n', [/^warning .*no zypper/], 0, {}],
      ['a password', 'zypper: {repos: [{id: a, baseurl: "http://me:hunter2@x"}]}\n', [], 1],
    ];
  for (const [name, text, problems, count, input] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(zypper, text, input ?? guest);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /hunter2/);
    });
});
