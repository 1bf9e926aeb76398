import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { wireguard } from './index.ts';

const content = '"[Interface]\\nPrivateKey = CANARY\\n"';

describe('wireguard: what is said', () => {
  const cases: readonly [name: string, entries: string, problems: readonly RegExp[], steps: number][] = [
    [
      'a path that the service does not read',
      `{name: wg0, config_path: /etc/wg0.conf, content: ${content}}`,
      [/^warning .*config_path \| conflict .*\/etc\/wireguard\/wg0\.conf/],
      4,
    ],
    ['no configuration', '{name: wg0, content: CANARY}', [/^error .*interfaces\[0\]\.content .*\[Interface\]/], 0],
    ['a name that is a path', `{name: ../x, content: ${content}}`, [/interfaces\[0\]\.name .*at most 15/], 0],
    ['no name', `{content: ${content}}`, [/the key "name" is missing/], 0],
    ['a path that leaves', `{name: wg0, config_path: /../x, content: ${content}}`, [/config_path .*absolute path/], 0],
    [
      'the same twice',
      `{name: wg0, content: ${content}}, {name: wg0, content: ${content}}`,
      [/^warning .*interfaces\[1\] \| duplicate-key/],
      4,
    ],
  ];
  for (const [name, entries, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(wireguard, `wireguard: {interfaces: [${entries}]}\n`);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /CANARY/);
    });
});
