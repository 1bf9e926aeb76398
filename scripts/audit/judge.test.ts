import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeAudit, judgeSignatures } from './judge.ts';

const advisory = { title: 'Slow', url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc', severity: 'low' };
const found = JSON.stringify({ vulnerabilities: { yaml: { via: [advisory] }, other: { via: ['yaml'] } } });
const waiver = { advisory: 'GHSA-aaaa-bbbb-cccc', until: '2027-01-31', reason: 'not reached' };

test('each finding is named once, whatever its severity', () => {
  assert.deepEqual(judgeAudit(found, [], '2027-01-31'), {
    findings: ['yaml: low: Slow (https://github.com/advisories/GHSA-aaaa-bbbb-cccc)'],
  });
});

test('a waiver counts to the end of its day, for its advisory alone', () => {
  assert.deepEqual(judgeAudit(found, [waiver], '2027-01-31').findings, []);
  assert.equal(judgeAudit(found, [waiver], '2027-02-01').findings.length, 1);
  assert.equal(judgeAudit(found, [{ ...waiver, advisory: 'GHSA-cccc' }], '2027-01-01').findings.length, 1);
});

test('nothing found is no skip; no answer is one, with its reason', () => {
  assert.deepEqual(judgeAudit('{"vulnerabilities":{}}', [], '2027-01-01'), { findings: [] });
  const refused = JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '' } });
  assert.deepEqual(judgeAudit(refused, [], '2027-01-01'), { findings: [], skipped: '405 Method Not Allowed' });
  assert.equal(judgeAudit('', [], '2027-01-01').skipped, 'the registry gives no answer');
  assert.equal(judgeSignatures('{"error":{"summary":"no network"}}').skipped, 'no network');
});

test('signatures that are wrong or missing are findings', () => {
  assert.deepEqual(judgeSignatures('{"invalid":[],"missing":[]}'), { findings: [] });
  const { findings } = judgeSignatures(
    '{"invalid":[{"name":"a","version":"1"}],"missing":[{"name":"b","version":"2"}]}',
  );
  assert.deepEqual(findings, ["a@1: the registry's signature is wrong", "b@2: the registry's signature is missing"]);
});
