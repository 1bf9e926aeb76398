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
import { settleStatus } from './untold-run.ts';

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

test('a guest on which nothing has run: 1, where to look, and the whole job is ahead', () => {
  const view = viewStatus({ status: undefined, record: undefined, facts });
  assert.deepEqual([view.state, view.exitCode, view.nextBoot], ['never', 1, 'the whole job']);
  assert.deepEqual(printStatus(view, plain).split('\n'), [
    'NEVER (1) has not run in this boot; see systemctl status guest-init, journalctl -u guest-init; by hand: guest-init run',
    'now      eth0 fa:16:3e:00:00:05 down, no address',
    'next boot: the whole job',
    '',
  ]);
});

test('what this boot said counts before what the record says', () => {
  assert.equal(viewStatus({ status, record, facts }).message, 'from this boot');
  const view = viewStatus({ status: undefined, record, facts });
  assert.deepEqual(
    [view.message, view.exitCode, view.state],
    ['has not run in this boot; before: web-1; runcmd/0 failed', 2, 'degraded'],
  );
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
  assert.equal(next({ everyBoot: true }), 'network check and the steps of every boot');
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
    'network  x missing: default via 10.0.0.254 dev eth0   ~ guessed',
    'now      eth0 fa:16:3e:00:00:05 down, no address',
    'failed   runcmd[0] curl exit 3 (user_data:4:5): exited 3',
    '         | two',
    '         | three',
    '         | four',
    '         | five',
    '         | six',
    '         look at its log',
    'output   all that commands printed: /var/lib/guest-init/instances/u/output/',
    'input    warning: user_data:2 m',
    'guessed  first three octets + .254',
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

test('switched off on the kernel command line', () => {
  const text = printStatus(
    viewStatus({
      status: undefined,
      record: undefined,
      facts,
      kernelCommandLine: 'root=/dev/vda1 guest-init=off quiet\n',
    }),
    plain,
  );
  assert.match(text, /^NEVER \(1\) switched off for this boot by guest-init=off/);
  const other = viewStatus({ status: undefined, record: undefined, facts, kernelCommandLine: 'guest-init=offline' });
  assert.equal(other.message, 'has not run in this boot');
});

test('a run under way says for how long and how to wait; one whose process is gone was cut off', () => {
  const running: PublicStatus = {
    ...{ version: 1, state: 'running', pid: 77, message: 'running', instance: 'u', startedAt: 100, steps: [] },
  };
  const view = viewStatus({ status: settleStatus(running, () => true), record, facts: connected, now: 112.4 });
  assert.equal(view.exitCode, 0);
  assert.match(printStatus(view, plain), /^RUNNING \(0\) in progress for 12 s, process 77; .*--wait\n/);
  const gone = viewStatus({ status: settleStatus(running, () => false), record, facts: connected });
  assert.deepEqual([gone.state, gone.exitCode], ['failed', 1]);
  assert.match(gone.hint ?? '', /guest-init run$/);
  assert.equal(
    settleStatus(status, () => false),
    status,
  );
});

test('the advice to look at the status is not repeated in it', () => {
  const hint = (text: string): string => {
    const view = viewStatus({ status: { ...status, hint: text }, record, facts });
    return printStatus(view, plain).split('\n')[0] ?? '';
  };
  assert.equal(
    hint('see: guest-init status'),
    'DEGRADED (2) from this boot; mend what is named below, then: guest-init run --force',
  );
  assert.equal(hint('attach it'), 'DEGRADED (2) from this boot; attach it');
});

test('a network that was rolled back: nothing is held, so what there is is shown; it is tried again', () => {
  const early = { ...stage([{ ...failed, step: { ...failed.step, module: 'network' } }]), exitCode: 20 } as const;
  const view = viewStatus({
    status: { ...status, state: 'failed', exitCode: 20 },
    record: { ...record, networkSteps: [], stages: { early, late: stage() } },
    facts,
  });
  const text = printStatus(view, plain);
  assert.match(text, /^now {6}eth0 fa:16:3e:00:00:05 down, no address$/m);
  assert.match(text, /^next boot: the network again; everything else is done$/m);
});

test('many failures and problems fit a console of 25 lines; the rest is counted', () => {
  const outcomes = Array.from({ length: 20 }, (_, index) => ({
    ...failed,
    step: { ...failed.step, id: `runcmd/${index}` },
  }));
  const diagnostics = Array.from({ length: 20 }, (_, index) => ({ ...record.diagnostics[0], line: index }) as never);
  const view = viewStatus({
    status,
    record: { ...record, diagnostics, stages: { early: stage(), late: stage(outcomes) } },
    facts: connected,
  });
  const lines = printStatus(view, plain).trimEnd().split('\n');
  assert.ok(lines.length <= 24, String(lines.length));
  assert.equal(lines.filter((line) => /and 17 more: guest-init status --json$/.test(line)).length, 2);
});

test('without root it says what only root is told', () => {
  const view = viewStatus({ status, record: undefined, facts, isRoot: false });
  assert.match(printStatus(view, plain), /^next boot: only root can tell: sudo guest-init status$/m);
});

const yielded: PublicStatus = { ...status, state: 'yielded', exitCode: 0, message: 'cloud-init is in charge; more' };

test('left to cloud-init: no failure until it has ended without starting us', () => {
  const waiting = viewStatus({ status: yielded, record: undefined, facts, cloudInit: 'in charge' });
  assert.deepEqual([waiting.exitCode, waiting.nextBoot], [0, 'whatever cloud-init does']);
  const [first, second = ''] = printStatus(waiting, plain).split('\n');
  assert.equal(first, 'YIELDED (0) cloud-init is in charge; more');
  assert.doesNotMatch(second, /^cloud-init/);
  const over = viewStatus({ status: yielded, record: undefined, facts, cloudInit: 'in charge', cloudInitEnded: true });
  assert.equal(over.exitCode, 2);
  assert.match(over.message, /has not started guest-init for this instance/);
});

test('beside cloud-init the text says which of the two has the guest', () => {
  const text = (cloudInit: 'in charge' | 'replaced' | undefined): string =>
    printStatus(viewStatus({ status, record, facts, cloudInit, cloudInitEnded: true }), plain);
  assert.match(
    text('in charge'),
    /^DEGRADED \(2\)[\s\S]*^cloud-init is in charge and runs guest-init once per instance$/m,
  );
  assert.match(text('replaced'), /^cloud-init is kept from starting \(config: with_cloud_init\)$/m);
  assert.doesNotMatch(text(undefined), /cloud-init/);
});

test('what was seen of the network: a line for each link, with every answer', () => {
  const check = { link: 'eth0', result: 'ok' } as const;
  const seen = [
    { ...check, what: 'address-free', subject: '10.0.0.5' },
    { ...check, what: 'address', subject: '10.0.0.5/24' },
    { ...check, what: 'route', subject: 'default via 10.0.0.254' },
    { ...check, what: 'carrier' },
    { ...check, what: 'gateway', subject: '10.0.0.254', detail: '02:00:00:00:00:01' },
    { ...check, link: 'eth1', what: 'carrier', result: 'trouble' },
    { ...check, link: 'eth1', what: 'gateway', subject: '10.9.0.1', result: 'unknown', detail: 'eth1 has no carrier' },
    { ...check, link: 'eth2', what: 'gateway', subject: '10.8.0.1', result: 'trouble' },
  ] as const;
  const view = viewStatus({ status: undefined, record: { ...record, networkChecks: seen }, facts: plainFacts });
  assert.deepEqual(view.checks, seen);
  const lines = printStatus(view, plain).split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('checked')),
    [
      'checked  = eth0: 10.0.0.5 free, 10.0.0.5/24 there, default via 10.0.0.254 there, carrier, gateway 10.0.0.254 answers (02:00:00:00:00:01)',
      'checked  ! eth1: NO CARRIER, gateway 10.9.0.1 not asked (eth1 has no carrier)',
      'checked  ! eth2: gateway 10.8.0.1 DOES NOT ANSWER',
    ],
  );
});

test('what is to be known of the instance has a line of its own', () => {
  const notices = ['copied from i-1 without guest-init seal: it has the same machine-id'];
  const view = viewStatus({ status: undefined, record: { ...record, notices }, facts: plainFacts });
  assert.deepEqual(view.notices, notices);
  assert.match(printStatus(view, plain), /^notice {3}copied from i-1 without guest-init seal/m);
});
