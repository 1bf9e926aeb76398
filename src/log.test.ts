import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import defaultFs, * as fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { logPath, openLogReporter } from './log.ts';
import type { Reporter } from './pipeline/reporter.ts';

let root = '';
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'guest-init-log-'));
  fs.mkdirSync(join(root, dirname(logPath)), { recursive: true });
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const path = (): string => root + logPath;
const read = (): Record<string, unknown>[] =>
  fs
    .readFileSync(path(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function open(): Reporter {
  const log = openLogReporter(path());
  assert.ok('reporter' in log, JSON.stringify(log));
  return log.reporter;
}

const step = { id: 'write_files/0', module: 'write-files', stage: 'early', summary: '/etc/motd' } as const;

test('one JSON line for each event, in order, with the level that it deserves', () => {
  const log = open();
  log.start({ instance: 'x', os: 'Debian', source: '/dev/sr0', firstBoot: true });
  log.stage('early');
  log.outcome({ step, status: 'changed', ms: 1.23456 });
  log.outcome({ step, status: 'failed', ms: 1, message: 'no space', exitCode: 3, tail: ['last'] });
  log.outcome({ step, status: 'skipped', ms: 0, message: 'needs a' });
  log.diagnostic({ severity: 'warning', code: 'value', source: 'user_data', line: 1, column: 2, message: 'm' });
  log.end({ exitCode: 2, word: 'DEGRADED', message: 'm' }, 12.7, []);
  log.end({ exitCode: 1, word: 'FAILED', message: 'm' }, 1, []);
  const lines = read();
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['info', 'run started'],
      ['info', 'stage started'],
      ['info', 'step changed'],
      ['error', 'step failed'],
      ['warn', 'step skipped'],
      ['warn', 'input'],
      ['warn', 'run ended'],
      ['error', 'run ended'],
    ],
  );
  assert.deepEqual([lines[2]?.['step'], lines[2]?.['ms'], lines[2]?.['summary']], ['write_files/0', 1.2, '/etc/motd']);
  assert.deepEqual([lines[3]?.['exitCode'], lines[3]?.['tail']], [3, ['last']]);
  assert.match(String(lines[0]?.['time']), /^\d{4}-\d\d-\d\dT/);
  assert.equal(fs.statSync(path()).mode & 0o777, 0o600);
});

test('a second run adds to the log; a large one becomes .1', () => {
  open().note('first');
  open().note('second');
  assert.deepEqual(
    read().map(({ msg }) => msg),
    ['first', 'second'],
  );
  fs.truncateSync(path(), 9 * 1024 * 1024);
  open().note('third');
  assert.deepEqual(
    read().map(({ msg }) => msg),
    ['third'],
  );
  assert.ok(fs.statSync(`${path()}.1`).size > 8 * 1024 * 1024);
});

test('a log that cannot be opened is left out; a link in its place is not followed', () => {
  assert.deepEqual(openLogReporter(join(root, 'nowhere', 'log')), { problem: 'ENOENT' });
  fs.symlinkSync(join(root, 'victim'), path());
  assert.deepEqual(openLogReporter(path()), { problem: 'not a regular file' });
  assert.ok(!fs.existsSync(join(root, 'victim')));
});

test('a pipe in its place is left alone, with and without a reader', () => {
  execFileSync('mkfifo', [path()]);
  assert.deepEqual(openLogReporter(path()), { problem: 'not a regular file' });
  const reader = fs.openSync(path(), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  assert.deepEqual(openLogReporter(path()), { problem: 'not a regular file' });
  assert.equal(fs.readSync(reader, Buffer.alloc(16)), 0);
  fs.closeSync(reader);
});

test('what takes its place while it is opened is not written to', (context) => {
  execFileSync('mkfifo', [path()]);
  context.mock.method(defaultFs, 'lstatSync', () => undefined);
  syncBuiltinESMExports();
  try {
    assert.deepEqual(openLogReporter(path()), { problem: 'ENXIO' });
    const reader = fs.openSync(path(), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    assert.deepEqual(openLogReporter(path()), { problem: 'not a regular file' });
    fs.closeSync(reader);
  } finally {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  }
});

test('a disk that fills up in the middle of a run does not end the run', (context) => {
  const log = open();
  log.note('kept');
  context.mock.method(defaultFs, 'writeSync', () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  syncBuiltinESMExports();
  try {
    log.note('lost');
    log.outcome({ step, status: 'changed', ms: 1 });
  } finally {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  }
  log.note('kept again');
  assert.deepEqual(
    read().map(({ msg }) => msg),
    ['kept', 'kept again'],
  );
});
