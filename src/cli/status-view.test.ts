import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '../core/facts.ts';
import type { Outcome, Step } from '../core/plan.ts';
import { plainFacts } from '../host/memory.ts';
import type { PublicStatus } from '../pipeline/public-status.ts';
import type { InstanceRecord, StageRecord } from '../state/record.ts';
import { printStatus } from './status-text.ts';
import { viewStatus } from './status-view.ts';
import type { Terminal } from './terminal.ts';

const plain: Terminal = {
  live: false,
  clearLine: '',
  style: { bold: String, dim: String, red: String, green: String, yellow: String },
};

const failed: Outcome = {
  step: { id: 'runcmd/0', module: 'runcmd', stage: 'late', summary: 'curl', source: 'user_data:4:5' },
  status: 'failed',
  ms: 12,
  message: 'exited 3',
  hint: 'look at its log',
  exitCode: 3,
  tail: ['one', 'two', 'three', 'four', 'five', 'six'],
};
const fine: Outcome = { ...failed, step: { ...failed.step, id: 'runcmd/1' }, status: 'changed' };
const stage = (outcomes: readonly Outcome[] = []): StageRecord => ({
  bootId: 'b',
  startedAt: 1,
  ms: 100,
  exitCode: 0,
  outcomes,
});

const address: Step = {
  id: 'net/eth0/10.0.0.5/24',
  module: 'network',
  stage: 'early',
  summary: 'eth0 10.0.0.5/24',
  action: { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'net-tools' },
};
const route: Step = {
  ...address,
  id: 'net/eth0/default',
  guess: 'first three octets + .254',
  action: {
    kind: 'netRoute',
    link: 'eth0',
    family: 4,
    destination: '0.0.0.0',
    prefixLength: 0,
    gateway: '10.0.0.254',
    tool: 'net-tools',
  },
};

const record: InstanceRecord = {
  instance: { uuid: 'u' },
  name: 'u',
  hostname: 'web-1',
  source: '/dev/sr0 (iso9660)',
  startedAt: 1_795_230_459,
  bootId: 'b',
  stages: { early: stage(), late: stage([failed, fine]) },
  networkSteps: [address, route],
  everyBoot: false,
  diagnostics: [{ severity: 'warning', code: 'value', source: 'user_data', line: 2, message: 'm' }],
  verdict: { exitCode: 2, word: 'DEGRADED', message: 'web-1; runcmd/0 failed', hint: 'see: guest-init status' },
  made: [],
};
const status: PublicStatus = {
  version: 1,
  state: 'degraded',
  exitCode: 2,
  message: 'from this boot',
  startedAt: 1_795_230_459,
  ms: 5,
  steps: [],
};
const connected: Facts = {
  ...plainFacts,
  links: plainFacts.links.map((link) => ({
    ...link,
    up: true,
    addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24 }],
  })),
  routes: [{ link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.254', metric: 0 }],
};
const facts = plainFacts;

test('a guest on which nothing has run: 1, and the whole job is ahead', () => {
  const view = viewStatus({ status: undefined, record: undefined, facts });
  assert.deepEqual([view.state, view.exitCode, view.nextBoot], ['never', 1, 'the whole job']);
  assert.equal(printStatus(view, plain), 'NEVER (1) has not run in this boot\nnext boot: the whole job\n');
});

test('what this boot said counts before what the record says', () => {
  assert.equal(viewStatus({ status, record, facts }).message, 'from this boot');
  const view = viewStatus({ status: undefined, record, facts });
  assert.deepEqual([view.message, view.exitCode, view.state], ['web-1; runcmd/0 failed', 2, 'degraded']);
});

test('without root there are names and codes, with it messages and last lines too', () => {
  const { step } = failed;
  const open = viewStatus({
    status: { ...status, steps: [{ ...step, status: 'failed', ms: 12, exitCode: 3 }] },
    record: undefined,
    facts,
  });
  assert.equal(open.steps[0]?.exitCode, 3);
  assert.equal(open.steps[0]?.tail, undefined);
  const whole = viewStatus({ status, record, facts });
  assert.equal(whole.steps[0]?.message, 'exited 3');
  assert.equal(whole.steps[0]?.tail?.length, 6);
});

test('the network as it is against what was asked', () => {
  const lines = (given: Facts) => viewStatus({ status, record, facts: given }).network;
  assert.deepEqual(lines(connected), [
    { wanted: 'eth0 10.0.0.5/24', present: true },
    { wanted: 'default via 10.0.0.254 dev eth0', present: true, guess: 'first three octets + .254' },
  ]);
  assert.deepEqual(
    lines(facts).map(({ present }) => present),
    [false, false],
  );
  const wrong: Facts = {
    ...connected,
    links: connected.links.map((link) => ({
      ...link,
      addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 16 }],
    })),
    routes: [{ link: 'eth1', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.254', metric: 0 }],
  };
  assert.deepEqual(
    lines(wrong).map(({ present }) => present),
    [false, false],
  );
});

test('what the next boot does', () => {
  const next = (changes: Partial<InstanceRecord>) =>
    viewStatus({ status, record: { ...record, ...changes }, facts }).nextBoot;
  assert.match(next({}), /^network check only/);
  assert.equal(next({ everyBoot: true }), 'network check and bootcmd');
  assert.equal(next({ stages: { early: stage() } }), 'the rest of stage late');
  assert.equal(next({ stages: {} }), 'the rest of stage early and late');
});

test('the text: verdict first, failures with place, code and last words, what is missing, next boot', () => {
  const text = printStatus(viewStatus({ status, record, facts }), plain);
  assert.deepEqual(text.split('\n'), [
    'DEGRADED (2) from this boot',
    'instance u, from /dev/sr0 (iso9660), 2026-11-21T02:27:39Z, took 200 ms'.replace(
      /2026.*Z/,
      `${new Date(record.startedAt * 1000).toISOString().slice(0, 19)}Z`,
    ),
    'network  x missing: eth0 10.0.0.5/24',
    'network  x missing: default via 10.0.0.254 dev eth0   ~ first three octets + .254',
    'failed   runcmd[0] curl exit 3 (user_data:4:5): exited 3',
    '         | two',
    '         | three',
    '         | four',
    '         | five',
    '         | six',
    '         look at its log',
    'input    warning: user_data:2 m',
    'steps    1 of 2 done',
    'next boot: network check only; everything else is done once per instance',
    '',
  ]);
});

test('a healthy guest takes a screenful at most', () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ ...fine, step: { ...fine.step, id: `f/${index}` } }));
  const text = printStatus(
    viewStatus({ status, record: { ...record, stages: { early: stage(many), late: stage() } }, facts: connected }),
    plain,
  );
  assert.ok(text.split('\n').length <= 12, text);
});

test('names from the drive cannot steer the terminal', () => {
  const hostile = 'a\u001b[2J\nOK (0) all is well';
  const view = viewStatus({
    status: { ...status, message: hostile },
    record: { ...record, name: hostile, source: hostile },
    facts,
  });
  const text = printStatus(view, plain);
  assert.ok(!text.includes('\u001b') && !/^OK/m.test(text), text);
});
