import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';

import { apkRepos } from './index.ts';

const guest: CaseInput = { facts: { packageManager: 'apk' } };

describe('apk_repos: what is said', () => {
  const cases: readonly [name: string, text: string, problems: readonly RegExp[], steps: number, input?: CaseInput][] =
    [
      ['no version', 'apk_repos: {alpine_repo: {community_enabled: true}}\n', [/"version" is missing/], 0],
      [
        'a version that YAML reads as a number',
        'apk_repos: {alpine_repo: {version: 3.20}}\n',
        [/a version such as "v3\.20".*number/],
        0,
      ],
      [
        'a local one alone',
        'apk_repos: {local_repo_base_url: "http://x"}\n',
        [/^warning .*local_repo_base_url .*alpine_repo/],
        0,
      ],
      [
        'testing of another version',
        'apk_repos: {alpine_repo: {version: v3.20, testing_enabled: true}}\n',
        [/^note .*testing_enabled .*edge/],
        1,
      ],
      [
        'a URL with blanks',
        'apk_repos: {alpine_repo: {version: v3.20, base_url: "http://x y"}}\n',
        [/base_url .*without blanks/],
        0,
      ],
      ['Debian', 'apk_repos: {alpine_repo: {version: v3.20}}\n', [/^warning .*no apk/], 0, {}],
    ];
  for (const [name, text, problems, count, input] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(apkRepos, text, input ?? guest);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /hunter2/);
    });
});
