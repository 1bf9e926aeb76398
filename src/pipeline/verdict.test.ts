import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from '../core/diagnostic.ts';
import { exitCodes } from '../core/error.ts';
import type { Outcome, OutcomeStatus, Step } from '../core/plan.ts';
import { describeDiagnostic, describeNetwork, describeVerdict, judge, type VerdictInput } from './verdict.ts';

function outcome(id: string, status: OutcomeStatus, details: Partial<Outcome> = {}): Outcome {
  return { step: { id, module: 'm', stage: 'early', summary: id }, status, ms: 1, ...details };
}

const fault: Diagnostic = {
  severity: 'error',
  code: 'type',
  source: 'user_data',
  line: 14,
  column: 5,
  path: 'write_files[1].path',
  message: 'expected a string, found a number',
};
const fine: VerdictInput = { outcomes: [outcome('a', 'changed')], diagnostics: [], missingLinks: [] };
const missing = 'no NIC with MAC fa:16:3e:00:00:09';

test('the first that applies wins', () => {
  const cases: [VerdictInput, number][] = [
    [fine, exitCodes.ok],
    [{ ...fine, outcomes: [outcome('a', 'unchanged')] }, exitCodes.ok],
    [{ ...fine, outcomes: [outcome('a', 'failed')] }, exitCodes.degraded],
    [{ ...fine, outcomes: [outcome('a', 'skipped')] }, exitCodes.degraded],
    [{ ...fine, diagnostics: [fault] }, exitCodes.degraded],
    [{ ...fine, diagnostics: [{ ...fault, severity: 'warning' }] }, exitCodes.ok],
    [{ ...fine, diagnostics: [{ ...fault, severity: 'note' }] }, exitCodes.ok],
    [{ ...fine, quarantined: '/x' }, exitCodes.stateCorrupt],
    [{ ...fine, quarantined: '/x', cutShort: 'deadline' }, exitCodes.deadline],
    [{ ...fine, diagnostics: [fault], cutShort: 'signal' }, exitCodes.terminated],
    [{ ...fine, cutShort: 'signal', missingLinks: [missing] }, exitCodes.linkMissing],
    [{ ...fine, missingLinks: [missing], networkFailure: 20 }, exitCodes.networkRolledBack],
    [{ ...fine, missingLinks: [missing], networkFailure: 21 }, exitCodes.networkRollbackFailed],
  ];
  for (const [input, code] of cases) assert.equal(judge(input), code, JSON.stringify(input));
});

test('the last line: subject alone when fine, else the first problem, how many more, and what to do', () => {
  assert.deepEqual(describeVerdict('web-1', fine), { exitCode: 0, word: 'OK', message: 'web-1' });
  const failed = outcome('runcmd/0', 'failed', { exitCode: 3, message: 'exited 3' });
  const placed = { ...failed, step: { ...failed.step, source: 'user_data:4:5' } };
  assert.deepEqual(describeVerdict('web-1', { ...fine, outcomes: [placed], diagnostics: [fault] }), {
    exitCode: 2,
    word: 'DEGRADED',
    message: 'web-1; runcmd[0] failed, exit 3 (user_data:4:5) (and 1 more)',
    hint: 'see: guest-init status',
  });
  const lost = describeVerdict('web-1', { ...fine, missingLinks: [missing] });
  assert.equal(lost.word, 'FAILED');
  assert.equal(lost.message, `(22) ${missing}; web-1`);
  assert.match(lost.hint ?? '', /MAC/);
});

test('every code that is not 0 has a word other than OK and a hint', () => {
  const failed = [outcome('net/eth0', 'failed', { message: 'ifconfig exited 1' })];
  const inputs: VerdictInput[] = [
    { ...fine, outcomes: failed },
    { ...fine, outcomes: failed, networkFailure: 20 },
    { ...fine, outcomes: failed, networkFailure: 21 },
    { ...fine, missingLinks: [missing] },
    { ...fine, cutShort: 'signal' },
    { ...fine, cutShort: 'deadline' },
    { ...fine, quarantined: '/var/lib/guest-init/state.json.quarantined-1' },
    { ...fine, diagnostics: [fault] },
    { ...fine, outcomes: [outcome('a', 'skipped', { message: 'needs b, which failed' })] },
  ];
  for (const input of inputs) {
    const verdict = describeVerdict('web-1', input);
    assert.notEqual(verdict.word, 'OK', JSON.stringify(input));
    assert.ok((verdict.hint ?? '').length > 5, JSON.stringify(input));
    assert.ok(!/[\n\r]/.test(verdict.message));
  }
});

test('a diagnostic reads file:line:column path: message', () => {
  assert.equal(describeDiagnostic(fault), 'user_data:14:5 write_files[1].path: expected a string, found a number');
  assert.equal(
    describeDiagnostic({ severity: 'error', code: 'damaged', source: 'ec2/x', message: 'is gone' }),
    'ec2/x is gone',
  );
});

test('the network of the last line holds what is in force, and says that it was guessed', () => {
  const common = { module: 'network', stage: 'early', summary: '' } as const;
  const address: Step = {
    ...common,
    id: 'address',
    action: {
      kind: 'netAddress',
      link: 'eth0',
      family: 4,
      address: '10.0.0.5',
      prefixLength: 24,
      tool: 'net-tools',
    },
  };
  const route: Step = {
    ...common,
    id: 'route',
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
  const steps = [address, route];
  assert.equal(
    describeNetwork(steps, [outcome('address', 'changed'), outcome('route', 'unchanged')]),
    'eth0 10.0.0.5/24 via 10.0.0.254 (guessed)',
  );
  assert.equal(describeNetwork(steps, [outcome('address', 'changed'), outcome('route', 'failed')]), 'eth0 10.0.0.5/24');
  assert.equal(describeNetwork(steps, [outcome('address', 'skipped'), outcome('route', 'skipped')]), '');
});

test('what is seen of the network: silence is degraded and named, what could not be asked is neither', () => {
  const look = (result: 'ok' | 'trouble' | 'unknown'): VerdictInput => {
    const check = { link: 'eth0', what: 'gateway', subject: '10.0.0.254', result } as const;
    return { ...fine, outcomes: [outcome('net/verify', 'unchanged', { checks: [check] })] };
  };
  assert.deepEqual([judge(look('ok')), judge(look('unknown'))], [exitCodes.ok, exitCodes.ok]);
  const { exitCode, message } = describeVerdict('web-1', look('trouble'));
  assert.deepEqual([exitCode, message], [2, 'web-1; gateway 10.0.0.254 does not answer on eth0']);
});

test('what took the network back is said before a NIC that is missing, in its own words', () => {
  const conflict = outcome('net/probe', 'failed', { message: '10.0.0.5 is in use on eth0 by 02:00:00:00:00:01' });
  const outcomes = [{ ...conflict, step: { ...conflict.step, module: 'network' } }];
  const { message } = describeVerdict('web-1', { ...fine, outcomes, missingLinks: [missing], networkFailure: 20 });
  assert.equal(message, '(20) 10.0.0.5 is in use on eth0 by 02:00:00:00:00:01 (and 1 more); web-1');
});
