import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';

import { yumRepos } from './index.ts';

const guest: CaseInput = { facts: { packageManager: 'dnf' } };

describe('yum_repos: what is said', () => {
  const cases: readonly [name: string, text: string, problems: readonly RegExp[], steps: number, input?: CaseInput][] =
    [
      [
        'no address',
        'yum_repos: {a: {name: x}, b: {baseurl: "http://x"}}\n',
        [/yum_repos\.a .*baseurl, mirrorlist or metalink/],
        1,
      ],
      [
        'a name with a slash',
        'yum_repos: {"../a": {baseurl: "http://x"}, b: {baseurl: "http://x"}}\n',
        [/a name of letters.*as a key/],
        1,
      ],
      ['an option with blanks', 'yum_repos: {a: {baseurl: "http://x", "b c": 1}}\n', [/the name of an option/], 0],
      [
        'a map for an option',
        'yum_repos: {a: {baseurl: "http://x", gpgkey: {a: b}}}\n',
        [/gpgkey .*text, a number/],
        0,
      ],
      [
        'twice',
        'yum_repos: {a b: {baseurl: "http://x"}, a-b: {baseurl: "http://y"}}\n',
        [/^error .*a-b is there twice/],
        1,
      ],
      [
        'a folder upwards',
        'yum_repo_dir: /../b\nyum_repos: {a: {baseurl: "http://x"}}\n',
        [/yum_repo_dir .*absolute path/],
        1,
      ],
      ['Debian', 'yum_repos: {a: {baseurl: "http://x"}}\n', [/^warning .*neither dnf nor yum/], 0, {}],
      ['a password', 'yum_repos: {a: {baseurl: "http://x", proxy_password: hunter2}}\n', [], 1],
      ['a password in the URL', 'yum_repos: {a: {baseurl: "http://me:hunter2@x"}}\n', [], 1],
    ];
  for (const [name, text, problems, count, input] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(yumRepos, text, input ?? guest);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /hunter2/);
    });
});
