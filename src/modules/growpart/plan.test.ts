import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { growpart } from './index.ts';

describe('growpart: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number][] = [
    ['nothing about the usual', 'growpart: {mode: auto, devices: [/, /]}\n', [], 1],
    ['a tool of FreeBSD', 'growpart: {mode: gpart}\n', [/warning .*growpart\.mode \| unsupported-key \| .*FreeBSD/], 0],
    ['another tool', 'growpart: {mode: parted}\n', [/growpart\.mode \| .*"auto", "growpart" or "off"/], 0],
    ['mode true', 'growpart: {mode: true}\n', [/growpart\.mode/], 0],
    [
      'a name without its path',
      'growpart: {devices: [vdb1, /]}\n',
      [/growpart\.devices\[0\] \| .*a mount point or a device/],
      1,
    ],
    ['no map', 'growpart: auto\n', [/a map with mode and devices/], 0],
  ];
  for (const [name, body, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(growpart, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
    });
});
