import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderLoginBanner } from './login-banner.ts';
import type { Verdict } from './verdict.ts';

const failed: Verdict = {
  exitCode: 22,
  word: 'FAILED',
  message: '(22) no NIC has MAC fa:16:3e:00:00:05 (network_data.json links[0]); present: eth0 fa:16:3e:aa:bb:cc; web-1',
  hint: "fix the port's MAC address or attach the port, then reboot, or: guest-init run --force",
};

test('the last line of the run, wrapped below itself, what to do on lines of its own', () => {
  assert.deepEqual(renderLoginBanner(failed).split('\n'), [
    'guest-init: FAILED (22) no NIC has MAC fa:16:3e:00:00:05 (network_data.json',
    '            links[0]); present: eth0 fa:16:3e:aa:bb:cc; web-1',
    "            fix the port's MAC address or attach the port, then reboot, or:",
    '            guest-init run --force',
    '',
    '',
  ]);
});

test('nothing in it steers the terminal, and agetty shows each backslash as one', () => {
  const text = renderLoginBanner({ ...failed, message: 'a\u001b[2J\nb\u009b \u202ec \\n \\d é', hint: 'x\\y' });
  assert.match(text, /^[ -~\n]*$/);
  assert.deepEqual(text.split('\n').slice(0, 2), [
    'guest-init: FAILED a?[2J b? ?c \\\\n \\\\d ?',
    '            x\\\\y',
  ]);
});

test('no line is wider than 79 columns, however long its words; the whole is short and keeps what to do', () => {
  const long = renderLoginBanner({ ...failed, message: `${'x'.repeat(500)} ${'word '.repeat(500)}` }).split('\n');
  assert.ok(
    long.every((line) => line.length <= 79),
    long.join('\n'),
  );
  assert.equal(long.length, 10);
  assert.match(long[5] ?? '', /^ +\(more: guest-init status\)$/);
  assert.match(long[7] ?? '', /guest-init run --force/);
});
