import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostname } from '../hostname/index.ts';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { etcHosts } from './index.ts';

const plan = (body: string, input: CaseInput = {}) =>
  planDocument(etcHosts, body, { neighbours: [hostname], ...input });

const lost: CaseInput = { facts: { findsOwnName: false } };

test('without the key a guest that would not find its own name gets the line, once', () => {
  const { steps } = plan('hostname: a\n', lost);
  assert.equal(steps[0]?.summary, '127.0.1.1 a');
  assert.equal(steps[0]?.frequency, undefined);
});

test('a guest without the file gets a whole one, with localhost', () => {
  const [step] = plan('hostname: a\n', { facts: { findsOwnName: false, hasHostsFile: false } }).steps;
  assert.ok(step?.action.kind === 'file');
  assert.match(String(step.action.content), /^127\.0\.1\.1 a\n127\.0\.0\.1 localhost\n::1 localhost/);
});

test('without the key nothing is done where the name is found, kept or given by nobody', () => {
  assert.deepEqual(plan('hostname: a\n').steps, []);
  assert.deepEqual(plan('hostname: a\npreserve_hostname: true\n', lost).steps, []);
  assert.deepEqual(plan('timezone: UTC\n', { ...lost, instance: {} }).steps, []);
});

test('false leaves the file alone whatever the guest finds', () =>
  assert.deepEqual(plan('hostname: a\nmanage_etc_hosts: false\n', lost).steps, []));

test('"template" works and is noted as old', () => {
  const { steps, diagnostics } = plan('hostname: a\nmanage_etc_hosts: template\n');
  assert.equal(steps[0]?.action.kind, 'file');
  assert.deepEqual(listProblems(diagnostics), [
    'note | user_data:3:1 | manage_etc_hosts | deprecated | "template" is the old spelling of true',
  ]);
});

test('every other word is an error', () => {
  const { steps, diagnostics } = plan('hostname: a\nmanage_etc_hosts: never\n');
  assert.deepEqual(steps, []);
  assert.match(listProblems(diagnostics)[0] ?? '', /expected true, false or "localhost", found a string/);
});

test('the present name is used when nobody gives one', () => {
  const { steps } = plan('manage_etc_hosts: localhost\n', { facts: { hostname: 'old.example.org' } });
  assert.equal(steps[0]?.summary, '127.0.1.1 old.example.org old');
});

test('without any name nothing is done, with a warning', () => {
  const { steps, diagnostics } = plan('manage_etc_hosts: true\n', { facts: { hostname: '' } });
  assert.deepEqual(steps, []);
  assert.match(listProblems(diagnostics)[0] ?? '', /^warning \| user_data:2:1 \| manage_etc_hosts \| missing/);
});

test('a name that would add a line is never used', () => {
  const { steps } = plan('hostname: "a\\n6.6.6.6 bank"\nmanage_etc_hosts: localhost\n', {
    instance: { hostname: 'b\n6.6.6.6 bank' },
  });
  const action = steps[0]?.action;
  assert.equal(action?.kind === 'lines' && action.rules[0]?.line, '127.0.1.1 b-6.6.6.6-bank b-6');
});

test('the line is replaced by its own pattern and by no neighbour', () => {
  const { steps } = plan('hostname: a\nmanage_etc_hosts: localhost\n');
  const action = steps[0]?.action;
  assert.ok(action?.kind === 'lines');
  const pattern = new RegExp(action.rules[0]?.pattern ?? '');
  assert.deepEqual(
    ['127.0.1.1 a', '127.0.1.1\ta', '127.0.1.1'].filter((line) => !pattern.test(line)),
    [],
  );
  assert.deepEqual(
    ['127.0.1.10 a', '127.0.0.1 a', '# 127.0.1.1 a', '127x0.1.1 a'].filter((line) => pattern.test(line)),
    [],
  );
});

for (const key of ['hostname', 'fqdn']) {
  for (const value of ['1.5', '-3', '"a b"', '[a]']) {
    test(`a rejected ${key} (${value}) is not written: the name is the one that the guest gets`, () => {
      const input = { instance: { hostname: 'web-1' } };
      const asked = plan(`${key}: ${value}\nmanage_etc_hosts: localhost\n`, input);
      assert.equal(asked.steps[0]?.summary, '127.0.1.1 web-1');
      assert.equal(plan(`${key}: ${value}\n`, { ...input, ...lost }).steps[0]?.summary, '127.0.1.1 web-1');
    });
  }
}
