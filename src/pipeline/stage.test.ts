// What the record says of a stage after the run that did it and after those that repeated some of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../core/plan.ts';
import type { InstanceRecord } from '../state/record.ts';
import { recordStage, type StageReport } from './stage.ts';

const empty: InstanceRecord = {
  ...{ instance: { uuid: 'u' }, name: 'u', source: '/dev/sr0', startedAt: 1, bootId: 'boot-1', stages: {} },
  ...{ networkSteps: [], everyBoot: false, diagnostics: [], made: [] },
};

const outcome = (id: string, details: Partial<Outcome> = {}): Outcome => ({
  step: { id, module: 'test', stage: 'late', summary: id },
  ...{ status: 'changed', startMs: 5, ms: 1 },
  ...details,
});

function report(details: Partial<StageReport>, ...outcomes: Outcome[]): StageReport {
  return {
    ...{ stage: 'late', work: 'whole', diagnostics: [], source: '/dev/sr0', bootId: 'boot-1', startedAt: 100, ms: 900 },
    ...{ isNetworkLeft: false, networkData: undefined, nics: {} },
    plan: {
      ...{ steps: [], diagnostics: [], missingLinks: [], toolReasons: [], automaticLinks: [], network: { links: [] } },
      backend: { backend: undefined, reason: 'none' },
    },
    result: { outcomes, made: [], forgotten: [] },
    ...details,
  };
}

test('a later boot repeats some steps: the times of the run that did all of them stay', () => {
  const first = recordStage(empty, report({}, outcome('once'), outcome('always')));
  assert.equal(first.stages.late?.whole, undefined);
  const again = { work: 'everyBoot', startedAt: 200, ms: 20 } as const;
  const second = recordStage(first, report({ ...again, bootId: 'boot-2' }, outcome('always', { startMs: 7 })));
  const third = recordStage(second, report({ ...again, bootId: 'boot-3', startedAt: 300 }, outcome('always')));
  for (const [record, bootId] of [
    [second, 'boot-2'],
    [third, 'boot-3'],
  ] as const) {
    assert.equal(record.stages.late?.bootId, bootId);
    assert.equal(record.stages.late?.ms, 20);
    assert.deepEqual(record.stages.late?.whole, { bootId: 'boot-1', startedAt: 100, ms: 900 });
    // What was repeated has no place on the time line of the first boot.
    assert.deepEqual(
      record.stages.late?.outcomes.map(({ step, startMs }) => [step.id, startMs]),
      [
        ['once', 5],
        ['always', undefined],
      ],
    );
  }
  const anew = recordStage(third, report({ bootId: 'boot-4', startedAt: 400 }, outcome('once')));
  assert.equal(anew.stages.late?.whole, undefined);
});

test('diffs beyond 64 KiB of a stage are left out, the names of the changes are not', () => {
  const diff = Array.from({ length: 60 }, () => `+${'x'.repeat(159)}`);
  const outcomes = Array.from({ length: 10 }, (_, index) =>
    outcome(String(index), { changes: [{ op: '+', what: `/f${index}  0644 root:root  9600 bytes`, diff }] }),
  );
  const kept = recordStage(empty, report({}, ...outcomes)).stages.late?.outcomes ?? [];
  assert.deepEqual(
    kept.map(({ changes }) => changes?.[0]?.diff !== undefined),
    [true, true, true, true, true, true, false, false, false, false],
  );
  assert.ok(kept.every(({ changes }, index) => changes?.[0]?.what.startsWith(`/f${index}  `)));
});
