import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretData } from '../../core/secret.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { randomSeed } from './index.ts';

describe('random_seed: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps: number][] = [
    [
      'no base64',
      'random_seed: {data: "S3cr3t!", encoding: b64}\n',
      /random_seed\.data \| value \| expected base64/,
      0,
    ],
    ['no gzip', 'random_seed: {data: S3cr3t, encoding: gz}\n', /expected gzip data, found other data/, 0],
    ['another encoding', 'random_seed: {data: S3cr3t, encoding: rot13}\n', /encoding: raw, base64/, 0],
    ['a relative file', 'random_seed: {data: S3cr3t, file: seed}\n', /random_seed\.file \| value/, 0],
    ['a disk', 'random_seed: {data: S3cr3t, file: /dev/vda}\n', /random_seed\.file \| value/, 0],
    [
      'a command that is required and missing',
      'random_seed: {command_required: true}\n',
      /command_required \| missing/,
      0,
    ],
    [
      'a line as command',
      'random_seed: {command: pollinate}\n',
      /random_seed\.command \| type \| .*a list of words/,
      0,
    ],
  ];
  for (const [name, body, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(randomSeed, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.doesNotMatch(said[0] ?? '', /S3cr3t/);
      assert.equal(steps.length, count);
    });
});

it("adds the cloud's own, and does without one that is damaged", () => {
  const plan = (random_seed: unknown) => {
    const metadata = new SecretData({ openstack: { random_seed } });
    return planDocument(randomSeed, 'random_seed: {data: abc}\n', { instance: { metadata } });
  };
  assert.equal(plan('AQID').steps[0]?.summary, '6 bytes for /dev/urandom');
  const damaged = plan('!');
  assert.equal(damaged.steps[0]?.summary, '3 bytes for /dev/urandom');
  assert.match(listProblems(damaged.diagnostics).join('\n'), /^warning \| metadata .*random_seed is no base64/);
  assert.equal(plan(undefined).diagnostics.length, 0);
});
