import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { fillMessage } from './fill.ts';
import { finalMessage } from './index.ts';

describe('final_message: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps: number][] = [
    ['an unknown name', 'final_message: "up $uptime of ${cloud}"\n', /^warning .*nobody fills in \$cloud/, 1],
    ['half a template', 'final_message: "## template: jinja\\n{{ uptime"\n', /^error .*line 2 of the template/, 0],
    ['a name of no template', 'final_message: "## template: jinja\\n{{ password }}"\n', /^error .*password/, 0],
    ['a list', 'final_message: [a]\n', /final_message \| type/, 0],
  ];
  for (const [name, body, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(finalMessage, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.equal(steps.length, count);
    });
});

it('names are filled in once: what they hold is no template', () => {
  const names = { version: '$uptime', uptime: '5.1' };
  assert.deepEqual(fillMessage('$version ${UPTIME} $ 5$ $uptimes', names), { text: '$uptime 5.1 $ 5$ $uptimes' });
  assert.deepEqual(fillMessage('## template:jinja\n{{ version }} {{ UPTIME }}', names), { text: '$uptime 5.1' });
});
