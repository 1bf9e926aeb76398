import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { keyboard } from './index.ts';

describe('keyboard: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp][] = [
    ['no layout', 'keyboard: {model: pc105}\n', /keyboard \| missing \| the key "layout" is missing/],
    ['a quote', "keyboard: {layout: 'de\";reboot'}\n", /keyboard\.layout \| value \| expected a layout/],
    ['a line break', 'keyboard: {layout: de, options: "a\\nb"}\n', /keyboard\.options \| value \| expected options/],
    ['an empty layout', 'keyboard: {layout: ""}\n', /keyboard\.layout \| value/],
    ['a number', 'keyboard: {layout: de, model: 105}\n', /keyboard\.model \| type \| .*found a number/],
    ['another key', 'keyboard: {layout: de, flavour: x}\n', /keyboard \| unknown-key \| unknown key "flavour"/],
    ['no map', 'keyboard: de\n', /keyboard \| type/],
  ];
  for (const [name, body, problem] of cases)
    it(name, () => {
      const { diagnostics } = planDocument(keyboard, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
    });
});
