import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { powerState } from './index.ts';

describe('power_state: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps: number][] = [
    ['no mode', 'power_state: {delay: now}\n', /power_state \| missing \| the key "mode"/, 0],
    ['another mode', 'power_state: {mode: suspend}\n', /mode \| value \| expected poweroff, reboot or halt/, 0],
    ['a time of the day', 'power_state: {mode: reboot, delay: "23:15"}\n', /delay \| value/, 0],
    ['a bare number', 'power_state: {mode: reboot, delay: 5}\n', /^note .*delay \| deprecated \| spelt "\+5"/, 1],
    ['an empty command', 'power_state: {mode: reboot, condition: []}\n', /condition \| value/, 0],
    ['a timeout of words', 'power_state: {mode: reboot, timeout: soon}\n', /timeout \| type/, 0],
    [
      'an unknown key: no end without its condition',
      'power_state: {mode: poweroff, condtion: "false"}\n',
      /power_state \| unknown-key \| .*"condtion"; what it belongs to is left out; did you mean "condition"/,
      0,
    ],
    ['a reserved key', 'power_state: {mode: poweroff, __proto__: {}}\n', /power_state \| unknown-key/, 0],
  ];
  for (const [name, body, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(powerState, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.equal(steps.length, count);
    });
});
