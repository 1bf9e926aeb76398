import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { locale } from './index.ts';

describe('locale: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps: number][] = [
    [
      'a path',
      'locale: ../../etc/shadow\n',
      /^error \| user_data:2:1 \| locale \| value \| expected a locale such as/,
      0,
    ],
    ['a line break', 'locale: "C\\nLD_PRELOAD=x"\n', /expected a locale such as/, 0],
    ['true', 'locale: true\n', /\| type \| expected a locale .*found true or false/, 0],
    ['a file that is none', 'locale: C\nlocale_configfile: etc/x\n', /^error \| user_data:3:1 \| locale_configfile/, 1],
    ['a file alone', 'locale_configfile: /etc/x\n', /^warning .*asks for nothing without a locale/, 0],
  ];
  for (const [name, body, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(locale, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.equal(steps.length, count);
    });
});
