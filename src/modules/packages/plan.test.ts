import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { packages } from './index.ts';

describe('packages: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number][] = [
    ['a name with blanks', 'packages: [a, "b c"]\n', [/packages\[1\] \| .*a package name without blanks/], 1],
    ['an option', 'packages: [--allow-downgrades, a]\n', [/packages\[0\] \| .*a package name/], 1],
    ['a version that YAML reads as a number', 'packages: [[a, 1.10], b]\n', [/packages\[0\].*a version in quotes/], 1],
    ['a list of three', 'packages: [[a, "1", "2"], b]\n', [/packages\[0\]/], 1],
    ['an unknown manager', 'packages: [{npm: [a]}, b]\n', [/unknown key "npm"/], 1],
    ['another manager', 'packages: [{dnf: [a]}]\n', [/^warning .*packages\[0\]\.dnf \| .*not the package manager/], 0],
    ['one bad name of a manager', 'packages: [{apt: ["x y", z]}]\n', [/packages\[0\]\.apt\[0\] \| /], 1],
    ['a map', 'packages: {a: b}\n', [/a list of packages/], 0],
    ['nothing', 'packages: [~, b]\n', [/packages\[0\]/], 1],
    ['an old spelling', 'apt_update: true\n', [/^note .*deprecated \| spelt package_update today/], 1],
    ['text for a flag', 'package_update: "sure"\n', [/package_update \| .*true or false/], 0],
  ];
  for (const [name, body, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(packages, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
    });

  it('a guest without a package manager', () => {
    for (const body of ['packages: [a]\n', 'package_update: true\n']) {
      const { steps, diagnostics } = planDocument(packages, body, { facts: { packageManager: undefined } });
      assert.deepEqual(steps, []);
      assert.match(listProblems(diagnostics).join('\n'), /^error .*guest \| no package manager/);
    }
  });

  it('snaps need no other manager', () => {
    const { steps } = planDocument(packages, 'packages: [{snap: [a]}]\n', { facts: { packageManager: undefined } });
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['packages/snap'],
    );
  });
});
