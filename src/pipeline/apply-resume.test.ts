// What a run makes of the journal that an interrupted one left.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import type { Outcome, Step } from '../core/plan.ts';
import { executorFor } from '../executors/index.ts';
import { fingerprintAction } from '../state/fingerprint.ts';
import { type ApplyRun, makeExecStep, makeFileStep, makeStep, openApplyRun } from './testing/apply-run.ts';

let run: ApplyRun | undefined;
afterEach(() => run?.close());

function open(given: Parameters<typeof openApplyRun>[0] = {}): ApplyRun {
  run = openApplyRun(given);
  return run;
}

const mark = (step: Step) => ({ step: step.id, action: fingerprintAction(step.action) });
const ended = (step: Step, status: Outcome['status'] = 'changed'): Outcome => {
  const { id, module, stage, summary } = step;
  return { step: { id, module, stage, summary }, status, ms: 7 };
};

test('steps that ended are not repeated, even when the guest was changed since', async () => {
  const { apply, effects, files } = open();
  const steps = [makeFileStep('a'), makeFileStep('b', { path: '/var' }), makeExecStep('c')];
  assert.deepEqual((await apply(steps)).list, ['a changed', 'b failed', 'c changed']);
  files.delete('/a');
  effects.length = 0;
  const again = await apply(steps);
  assert.deepEqual(again.list, ['a changed', 'b failed', 'c changed']);
  assert.deepEqual(effects, []);
  assert.ok(!files.has('/a'));
});

test('what needs a step that failed in an earlier run is skipped', async () => {
  const { apply, leave } = open();
  const first = makeFileStep('a');
  leave({ event: 'failed', ...mark(first), outcome: ended(first, 'failed') });
  assert.deepEqual((await apply([first, makeFileStep('b', { needs: ['a'] })])).list, ['a failed', 'b skipped']);
});

test('a command that was ended with the run is done by the next run, also the last one', async () => {
  let stop = false;
  const { apply, effects } = open({
    exec: () => {
      stop = effects.length === 1;
      return stop
        ? { exitCode: undefined, signal: 'SIGTERM', timedOut: false, tail: [] }
        : { exitCode: 0, signal: undefined, timedOut: false, tail: [] };
    },
  });
  const cut = await apply([makeExecStep('a')], { stopRequested: () => stop });
  assert.deepEqual([cut.list, cut.cutShort], [[], 'signal']);
  assert.deepEqual((await apply([makeExecStep('a')])).list, ['a changed']);
  assert.equal(effects.length, 2);
});

test('a service is told about a change that an earlier, interrupted run made', async () => {
  const { apply, leave, effects } = open({
    files: { '/run/systemd/system': { kind: 'directory' }, '/lib/systemd/system/ssh.service': '' },
  });
  const first = makeFileStep('a');
  leave({ event: 'done', ...mark(first), outcome: ended(first) });
  const service = makeStep('s', { kind: 'service', units: ['ssh.service'], verb: 'reload', onChangeOf: ['a'] });
  assert.deepEqual((await apply([first, service])).list, ['a changed', 's changed']);
  assert.equal(effects.length, 1);
});

test('another action under the same id is another step', async () => {
  const { apply, leave, files } = open();
  const before = makeStep('a', { kind: 'file', path: '/a', content: 'old', mode: 0o644 });
  leave({ event: 'done', ...mark(before), outcome: ended(before) });
  assert.deepEqual((await apply([makeFileStep('a')])).list, ['a changed']);
  assert.ok(files.has('/a'));
});

test('a command that was begun is repeated and told so', async () => {
  const { apply, leave, effects } = open();
  const step = makeExecStep('a');
  leave({ event: 'begin', ...mark(step) }, { event: 'begin', ...mark(step) });
  assert.deepEqual((await apply([step, makeExecStep('b')])).list, ['a changed', 'b changed']);
  assert.equal(effects[0]?.env?.['GUEST_INIT_RERUN'], '2');
  assert.ok(!Object.hasOwn(effects[1]?.env ?? {}, 'GUEST_INIT_RERUN'));
});

test('a command that three restarts cut off is not tried again; what follows is', async () => {
  const { apply, leave, effects } = open();
  const step = makeExecStep('a');
  for (let count = 0; count < 3; count += 1) leave({ event: 'begin', ...mark(step) });
  const { list, outcomes } = await apply([step, makeExecStep('b')]);
  assert.deepEqual(list, ['a failed', 'b changed']);
  assert.match(outcomes[0]?.message ?? '', /3 restarts/);
  assert.deepEqual(
    effects.map(({ what }) => what),
    ['exec b'],
  );
});

test('a file that was begun is simply written: no limit of tries', async () => {
  const { apply, leave } = open();
  const step = makeFileStep('a');
  for (let count = 0; count < 5; count += 1) leave({ event: 'begin', ...mark(step) });
  assert.deepEqual((await apply([step])).list, ['a changed']);
});

const append = makeStep('a', { kind: 'file', path: '/a', content: 'new\n', mode: 0o644, append: true });

/** What a run journals before it adds to a file with this content. */
function markAppend(before: string): string {
  const { host, close } = openApplyRun({ files: { '/a': before } });
  const token = executorFor(append.action).token?.(append.action, host);
  close();
  assert.ok(token !== undefined);
  return token;
}

for (const [name, state] of [
  ['before', 'old\n'],
  ['after', 'old\nnew\n'],
] as const) {
  test(`an append that was cut off ${name} its effect is in the file once`, async () => {
    const { apply, leave, host } = open({ files: { '/a': state } });
    leave({ event: 'begin', ...mark(append), token: markAppend('old\n') });
    assert.deepEqual((await apply([append])).list, ['a changed']);
    assert.equal(host.readText('/a'), 'old\nnew\n');
  });

  test(`an append that was cut off ${name} its effect, and again while it was taken up, is in the file once`, async () => {
    const { apply, leave, host, folder, journalText } = open({ files: { '/a': state } });
    leave({ event: 'begin', ...mark(append), token: markAppend('old\n') });
    await apply([append]);
    // The power goes before the last line reaches the disk: the journal ends with the second begin.
    const [first = '', second = ''] = journalText().split('\n');
    writeFileSync(join(folder, 'journal.ndjson'), `${first}\n${second}\n`);
    assert.deepEqual((await apply([append])).list, ['a changed']);
    assert.equal(host.readText('/a'), 'old\nnew\n');
  });
}

test('a step of every boot is done again in another boot, and only there', async () => {
  const { apply, effects } = open();
  const steps = [makeExecStep('once'), makeExecStep('always', { frequency: 'boot' })];
  const executed = async (bootId: string): Promise<string[]> => {
    effects.length = 0;
    await apply(steps, { bootId });
    return effects.map(({ what }) => what);
  };
  assert.deepEqual(await executed('boot-1'), ['exec once', 'exec always']);
  assert.deepEqual(await executed('boot-1'), []);
  for (const boot of ['boot-2', 'boot-3', 'boot-4', 'boot-5']) assert.deepEqual(await executed(boot), ['exec always']);
});

test('a step of every boot that is cut off once after many good boots is tried again', async () => {
  const { apply, leave, effects } = open();
  const step = makeExecStep('always', { frequency: 'boot' });
  for (const bootId of ['1', '2', '3', '4']) await apply([step], { bootId });
  leave({ event: 'begin', ...mark(step), boot: '5' });
  effects.length = 0;
  assert.deepEqual((await apply([step], { bootId: '6' })).list, ['always changed']);
  assert.equal(effects[0]?.env?.['GUEST_INIT_RERUN'], '1');
});

test('the network is looked at anew whatever the journal says', async () => {
  const { apply, leave, effects } = open();
  const step = makeStep(
    'net/eth0',
    { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
    { module: 'network', frequency: 'boot' },
  );
  leave({ event: 'done', ...mark(step), outcome: ended(step) });
  await apply([step]);
  assert.ok(effects.some(({ what }) => what.includes('10.0.0.5')));
});
