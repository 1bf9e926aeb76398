// Fields and forms of log and journal that may leave the guest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareJournal, shareLog } from './log-lines.ts';

const canary = 'S3cr3t-canary';
const step = {
  level: 'error',
  time: '2026-11-21T02:27:39.000Z',
  pid: 1,
  step: 'a',
  status: 'failed',
  ms: 3,
  exitCode: 4,
};

test('a log line keeps names, codes and times; sentences only where no value of user_data is in them', () => {
  const log = [
    { ...step, module: 'runcmd', msg: 'step failed', message: canary, tail: [canary], lines: [canary], hint: canary },
    { ...step, module: 'network', msg: 'step failed', message: 'RTNETLINK answers: File exists', hint: 'x' },
    { level: 'info', msg: `not done: shutdown -P now ${canary}` },
    { level: 'info', msg: 'waiting up to 20 s for NIC fa:16:3e:00:00:05' },
    {
      level: 'error',
      msg: 'input',
      severity: 'error',
      code: 'type',
      source: 'user_data',
      message: 'expected a string',
    },
    { level: 'warn', msg: 'run ended', word: 'DEGRADED', message: 'web-1 eth0', hint: 'see' },
    { level: 'info', msg: 'step changed', brandNew: canary },
  ];
  const text = `${log.map((line) => JSON.stringify(line)).join('\n')}\n{"torn":"${canary}\n["${canary}"]\n`;
  const shared = shareLog(text);
  assert.ok(!shared.includes(canary), shared);
  const lines = shared
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(lines[0], { ...step, module: 'runcmd', msg: 'step failed', message: '[left out]' });
  assert.deepEqual(
    lines.map(({ msg, message }) => [msg, message]),
    [
      ['step failed', '[left out]'],
      ['step failed', 'RTNETLINK answers: File exists'],
      ['[left out]', undefined],
      ['waiting up to 20 s for NIC fa:16:3e:00:00:05', undefined],
      ['input', 'expected a string'],
      ['run ended', 'web-1 eth0'],
      ['step changed', undefined],
    ],
  );
});

test('of the journal: our headings and last lines, and what the first process says; the rest is counted', () => {
  const at = { __REALTIME_TIMESTAMP: '1795230459123456' };
  const entries = [
    { ...at, SYSLOG_IDENTIFIER: 'systemd', _PID: '1', MESSAGE: 'Starting guest-init.service' },
    { ...at, SYSLOG_IDENTIFIER: 'guest-init', _PID: '77', MESSAGE: 'guest-init 0.1.0   instance i-1' },
    { ...at, SYSLOG_IDENTIFIER: 'guest-init', _PID: '77', MESSAGE: `      | ${canary}` },
    { ...at, SYSLOG_IDENTIFIER: 'guest-init', _PID: '77', MESSAGE: `  x users/a  useradd: ${canary}` },
    { ...at, SYSLOG_IDENTIFIER: 'guest-init', _PID: '77', MESSAGE: `guest-init: OK\n${canary}` },
    { ...at, SYSLOG_IDENTIFIER: 'guest-init', _PID: '77', MESSAGE: 'guest-init: OK web-1 [1.0 s]' },
    { ...at, SYSLOG_IDENTIFIER: 'systemd', _PID: '99', MESSAGE: canary },
    { ...at, SYSLOG_IDENTIFIER: 'logger', _PID: '98', MESSAGE: canary },
    { ...at, SYSLOG_IDENTIFIER: 'guest-init', _PID: '77', MESSAGE: [1, 2, 3] },
  ];
  const { text, leftOut } = shareJournal(`${entries.map((entry) => JSON.stringify(entry)).join('\n')}\nno json\n`);
  const time = new Date(1_795_230_459_123).toISOString();
  assert.equal(
    text,
    [
      `${time} systemd: Starting guest-init.service`,
      `${time} guest-init: guest-init 0.1.0   instance i-1`,
      `${time} guest-init: guest-init: OK web-1 [1.0 s]`,
      '',
    ].join('\n'),
  );
  assert.equal(leftOut, 7);
});
