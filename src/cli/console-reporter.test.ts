import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, mock, test } from 'node:test';
import type { Outcome } from '../core/plan.ts';
import { formatDuration } from '../core/plan.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import { createConsoleReporter } from './console-reporter.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

const plain: Terminal = {
  live: false,
  clearLine: '',
  style: { bold: String, dim: String, red: String, green: String, yellow: String },
};

afterEach(() => {
  mock.restoreAll();
  syncBuiltinESMExports();
});

/** Gives what was printed. `body` must not await: standard output is ours only until it returns. */
function capture(body: (reporter: Reporter) => void, terminal: Terminal = plain): string {
  const printed: string[] = [];
  mock.method(fs, 'writeSync', ((file: number, text: string) => {
    assert.equal(file, 1);
    printed.push(text);
    return text.length;
  }) as never);
  syncBuiltinESMExports();
  try {
    body(createConsoleReporter(terminal));
  } finally {
    mock.restoreAll();
    syncBuiltinESMExports();
  }
  return printed.join('');
}

function outcome(details: Partial<Outcome> & { guess?: string } = {}): Outcome {
  const { guess, ...rest } = details;
  const step = {
    id: 'runcmd/0',
    module: 'runcmd',
    stage: 'late',
    summary: 'curl',
    ...(guess === undefined ? {} : { guess }),
  } as const;
  return { step, status: 'changed', ms: 12, ...rest };
}

test('a step is one line: mark, id, what, and its time when it did something', () => {
  assert.equal(
    capture((to) => to.outcome(outcome())),
    '  + runcmd[0]        curl  12 ms\n',
  );
  assert.equal(
    capture((to) => to.outcome(outcome({ status: 'unchanged' }))),
    '  = runcmd[0]        curl\n',
  );
  assert.equal(
    capture((to) => to.outcome(outcome({ status: 'skipped', message: 'needs a, which failed' }))),
    '  - runcmd[0]        curl  needs a, which failed\n',
  );
  assert.match(
    capture((to) => to.outcome(outcome({ guess: 'first three octets + .254' }))),
    /~ guessed: first three octets \+ \.254/,
  );
});

test('a failed step shows its exit code and its last three lines', () => {
  const text = capture((to) =>
    to.outcome(outcome({ status: 'failed', exitCode: 3, message: 'exited 3', tail: ['one', 'two', 'three', 'four'] })),
  );
  assert.equal(text, '  x runcmd[0]        curl  exited 3  12 ms\n      | two\n      | three\n      | four\n');
});

test('the last line has verdict, message, time and what to do', () => {
  const text = capture((to) => {
    to.start({ instance: 'x', os: 'Debian', source: '/dev/sr0', firstBoot: true });
    to.note('waiting');
    to.end({ exitCode: 2, word: 'DEGRADED', message: 'web-1; a failed', hint: 'see: guest-init status' }, 8412, [
      'ssh-ed25519 SHA256:x',
    ]);
  });
  assert.deepEqual(text.split('\n'), [
    `guest-init ${version}   instance x (first boot)   Debian   /dev/sr0`,
    '  waiting',
    '  host key ssh-ed25519 SHA256:x',
    'guest-init: DEGRADED web-1; a failed [8.4 s]; see: guest-init status',
    '',
  ]);
});

test('a diagnostic has its place first', () => {
  const text = capture((to) =>
    to.diagnostic({
      severity: 'error',
      code: 'type',
      source: 'user_data',
      line: 3,
      column: 5,
      path: 'a.b',
      message: 'expected x',
    }),
  );
  assert.equal(text, '  ! user_data:3:5  error  a.b: expected x\n');
});

test('a running step shows on a terminal only', () => {
  const step = { ...outcome().step, action: { kind: 'exec', label: 'x', command: { shell: 'x' } } } as const;
  assert.equal(
    capture((to) => to.begin(step)),
    '',
  );
  assert.equal(
    capture((to) => to.begin(step), { ...plain, live: true, clearLine: '<' }),
    '<  . runcmd[0]        curl',
  );
});

test('names from the drive cannot steer the terminal or make up lines', () => {
  const hostile = 'a\u001b[2Jb\nguest-init: OK all is well\rc\u009b\u202e';
  const step = { ...outcome().step, id: hostile, summary: hostile, guess: hostile };
  const text = capture(
    (to) => {
      to.start({ instance: hostile, os: hostile, source: hostile, firstBoot: false });
      to.begin({ ...step, action: { kind: 'exec', label: 'x', command: { shell: 'x' } } });
      to.outcome({ ...outcome({ status: 'failed', message: hostile, tail: [hostile] }), step });
      to.diagnostic({ severity: 'error', code: 'type', source: hostile, path: hostile, message: hostile });
      to.note(hostile);
      to.end({ exitCode: 2, word: 'DEGRADED', message: hostile, hint: hostile }, 1, [hostile]);
    },
    { ...plain, live: true },
  );
  assert.doesNotMatch(text, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  assert.ok(!text.split('\n').some((line) => line.startsWith('guest-init: OK')), text);
  assert.equal(text.trimEnd().split('\n').length, 7);
});

test('a console that is gone is no reason to fail', () => {
  mock.method(fs, 'writeSync', (() => {
    throw Object.assign(new Error('gone'), { code: 'EIO' });
  }) as never);
  syncBuiltinESMExports();
  const reporter = createConsoleReporter({ ...plain, live: true });
  reporter.begin({ ...outcome().step, action: { kind: 'exec', label: 'x', command: { shell: 'x' } } });
  reporter.outcome(outcome());
  reporter.end({ exitCode: 0, word: 'OK', message: '' }, 1, []);
});

test('durations are short words', () => {
  const cases: [number, string][] = [
    [0, '1 ms'],
    [4.4, '4 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [8412, '8.4 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [119_700, '2 min 0 s'],
  ];
  for (const [ms, expected] of cases) assert.equal(formatDuration(ms), expected, String(ms));
});

test('a look that saw trouble is marked, although nothing failed', () => {
  const check = { link: 'eth0', what: 'gateway', subject: '10.0.0.254' } as const;
  const look = (result: 'ok' | 'trouble', message?: string): string =>
    capture((to) => {
      const told = message === undefined ? {} : { message };
      to.outcome(outcome({ status: 'unchanged', checks: [{ ...check, result }], ...told }));
    });
  assert.equal(look('ok'), '  = runcmd[0]        curl\n');
  assert.equal(
    look('trouble', 'gateway 10.0.0.254 does not answer on eth0'),
    '  ! runcmd[0]        curl  gateway 10.0.0.254 does not answer on eth0\n',
  );
});
