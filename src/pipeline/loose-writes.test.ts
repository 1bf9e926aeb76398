// When the disk must hold what other programs have written.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { type ApplyRun, makeExecStep, makeFileStep, makeStep, openApplyRun } from './testing/apply-run.ts';

let run: ApplyRun | undefined;
afterEach(() => run?.close());

const group = (name: string) => makeStep(name, { kind: 'group', name });

/** What happened, in order: durable lines of the journal, and flushes. */
async function listEvents(steps: Parameters<ApplyRun['apply']>[0]): Promise<string[]> {
  const events: string[] = [];
  run = openApplyRun({ flushToDisk: () => events.push('flush') });
  const journal = {
    history: new Map(),
    append: ({ event, step }: { event: string; step: string }, durable: boolean) => {
      if (durable) events.push(`${event} ${step}`);
    },
    close: () => {},
  };
  await run.apply(steps, { journal });
  return events;
}

test('files of our own need no flush', async () => {
  assert.deepEqual(await listEvents([makeFileStep('a'), makeFileStep('b')]), []);
});

test('what tools have made is flushed once before the first line that survives', async () => {
  assert.deepEqual(await listEvents([group('a'), group('b'), makeExecStep('c')]), [
    'flush',
    'begin c',
    'done c',
    'flush',
  ]);
});

test('commands are flushed together, at the end of the stage', async () => {
  const events = await listEvents([makeExecStep('a'), makeExecStep('b')]);
  assert.deepEqual(events, ['begin a', 'done a', 'begin b', 'done b', 'flush']);
});

test('a stage that ends with a tool ends with a flush', async () => {
  assert.deepEqual(await listEvents([makeExecStep('a'), group('b')]), ['begin a', 'done a', 'flush']);
});
