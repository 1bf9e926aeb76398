// Bars on one scale.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSample } from './testing/sample.ts';
import { drawTimeline } from './timeline.ts';

test('neighbours of one module are one bar; commands and failures stand for themselves; stages follow each other', () => {
  const timeline = drawTimeline(makeSample());
  assert.deepEqual(
    timeline?.stages.flatMap(({ name, bars }) =>
      bars.map(({ label, status, from, ms }) => [name, label, status, from, ms]),
    ),
    [
      ['early', 'network', 'changed', 2, 13],
      ['early', 'hostname', 'changed', 16, 2],
      ['early', 'write-files', 'changed', 20, 4],
      ['early', 'users/ops', 'failed', 30, 2],
      ['late', 'runcmd[0]', 'changed', 50, 8400],
      ['late', 'runcmd[1]', 'failed', 8460, 20],
    ],
  );
  assert.equal(timeline?.ms, 8540);
  assert.deepEqual(timeline?.ticks, [0, 2000, 4000, 6000, 8000]);
});

test('no step has a time: no timeline', () => {
  const report = makeSample();
  assert.equal(drawTimeline({ ...report, steps: report.steps.map(({ startMs: _, ...step }) => step) }), undefined);
  assert.equal(drawTimeline({ stages: [], steps: [] }), undefined);
});

test('marks are round and few, however long it took', () => {
  for (const ms of [0.05, 1, 3, 9.9, 40, 99, 1234, 86_400_000]) {
    const [step] = makeSample().steps;
    assert.ok(step);
    const ticks = drawTimeline({ stages: [{ name: 'early', ms }], steps: [{ ...step, startMs: 0, ms }] })?.ticks ?? [];
    assert.ok(ticks.length >= 3 && ticks.length <= 8, `${ms}: ${ticks}`);
    assert.ok((ticks.at(-1) ?? Infinity) <= ms + 1e-9, `${ms}: ${ticks}`);
  }
});
