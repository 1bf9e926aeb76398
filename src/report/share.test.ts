// What may be given away: allow-lists, so that what is new is kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from './html/page.ts';
import { shareReport } from './share.ts';
import { canary, makeSample, sampleRecord } from './testing/sample.ts';
import type { Report } from './view.ts';

test('nothing that user_data brought is in it; names, codes, times and our own files are', () => {
  const report = makeSample();
  assert.ok(JSON.stringify(report).includes(canary), 'the canary is in no report: this test would prove nothing');
  const shared = shareReport(report);
  for (const text of [JSON.stringify(shared), renderHtml(shared)]) assert.ok(!text.includes(canary));
  assert.equal(shared.scope, 'shareable');
  assert.deepEqual(shared.counts, report.counts);
  assert.equal(shared.steps.length, report.steps.length);
  const step = (id: string) => shared.steps.find((one) => one.id === id);
  assert.equal(step('runcmd/1')?.exitCode, 5);
  assert.equal(step('runcmd/1')?.tail, undefined);
  assert.deepEqual(step('hostname')?.changes?.[0]?.diff, ['-template', '+web-1']);
  const motd = shared.files.find(({ path }) => path === '/etc/motd');
  assert.deepEqual(
    [motd?.sha256, motd?.changes],
    [undefined, [{ op: '+', what: '/etc/motd  0644 root:root  14 bytes' }]],
  );
});

test('a field and a module that nobody has thought about stay here', () => {
  const report = makeSample();
  const strange = {
    ...report,
    token: canary,
    steps: report.steps.map((step) => ({ ...step, module: 'brand-new', token: canary, message: canary })),
  } as Report;
  assert.ok(!JSON.stringify(shareReport(strange)).includes(canary));
});

test('addresses of mirrors may hold a password', () => {
  const message = `apt-get exited 100: E: Failed to fetch https://user:${canary}@mirror.example/dists InRelease`;
  const { early } = sampleRecord.stages;
  assert.ok(early);
  const step = { id: 'packages/install', module: 'packages', stage: 'late', summary: 'nginx' } as const;
  const outcomes = [{ step, status: 'failed', ms: 1, message } as const];
  const { steps } = shareReport(makeSample({ ...sampleRecord, stages: { early: { ...early, outcomes } } }));
  assert.equal(steps[0]?.message, 'apt-get exited 100: E: Failed to fetch https://[left out] InRelease');
});
