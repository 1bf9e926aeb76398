import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';

import { snap } from './index.ts';

const guest: CaseInput = {};

describe('snap: what is said', () => {
  const cases: readonly [name: string, text: string, problems: readonly RegExp[], steps: number, input?: CaseInput][] =
    [
      [
        'no command of snap',
        'snap: {commands: ["livepatch enable x"]}\n',
        [/^warning .*commands\[0\] .*not a command of snap/],
        2,
      ],
      ['text for commands', 'snap: {commands: "snap install x"}\n', [/a list or map of commands/], 0],
      ['a map in the list', 'snap: {commands: [{install: x}, [install, y]]}\n', [/commands\[0\] .*a command/], 2],
      ['an empty assertion', 'snap: {assertions: ["", "type: x"]}\n', [/assertions\[0\] .*a signed assertion/], 3],
      ['an unknown key', 'snap: {command: []}\n', [/unknown key "command"; did you mean "commands"/], 0],
    ];
  for (const [name, text, problems, count, input] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(snap, text, input ?? guest);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /hunter2/);
    });

  it('labels name what is done and nothing that may be a secret', () => {
    const label = (entry: string): string | undefined =>
      planDocument(snap, `snap: {commands: [${entry}]}\n`).steps.find(({ id }) => id === 'snap/0')?.summary;
    assert.equal(label('[snap, login, --password, hunter2]'), 'snap login');
    assert.equal(label('"snap set x token=hunter2"'), 'snap set');
    assert.equal(label('"TOKEN=hunter2 run"'), 'shell');
    assert.equal(label('[--token=hunter2]'), 'snap');
  });
});
