import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError, exitCodes } from '../core/error.ts';
import {
  describeFailure,
  findCommand,
  runCommand,
  runCommandsInTurn,
  runCommandWithDescriptor,
  withoutSecret,
} from './commands.ts';

const sh = (script: string, options: Parameters<typeof runCommand>[1] = {}) =>
  runCommand(['/bin/sh', '-c', script], options);

test('a command is found in the system folders only', () => {
  assert.match(findCommand('sh', '') ?? '', /^\/(usr\/)?bin\/sh$/);
  assert.equal(findCommand('no-such-command', ''), undefined);
  const before = process.env.PATH;
  const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-commands-'));
  try {
    fs.writeFileSync(join(folder, 'planted'), '#!/bin/sh\n', { mode: 0o755 });
    process.env.PATH = folder;
    assert.equal(findCommand('planted', ''), undefined);
  } finally {
    process.env.PATH = before;
    fs.rmSync(folder, { recursive: true });
  }
});

test("a command of a root is looked up there, and a link of it does not reach this machine's files", () => {
  const root = fs.mkdtempSync(join(tmpdir(), 'guest-init-commands-'));
  try {
    fs.mkdirSync(join(root, 'usr/bin'), { recursive: true });
    fs.writeFileSync(join(root, 'usr/bin/tool'), '', { mode: 0o755 });
    fs.writeFileSync(join(root, 'usr/bin/data'), '', { mode: 0o644 });
    fs.symlinkSync('/bin/sh', join(root, 'usr/bin/host-sh'));
    fs.symlinkSync('/usr/bin/tool', join(root, 'usr/bin/alias'));
    assert.equal(findCommand('tool', root), '/usr/bin/tool');
    assert.equal(findCommand('alias', root), '/usr/bin/alias');
    assert.equal(findCommand('data', root), undefined);
    assert.equal(findCommand('host-sh', root), undefined);
  } finally {
    fs.rmSync(root, { recursive: true });
  }
});

test('exit status, both outputs and the input; a non-zero exit is a result', () => {
  assert.deepEqual(sh('cat; echo e >&2; exit 3', { input: 'in' }), {
    status: 3,
    stdout: 'in',
    stderr: 'e\n',
    timedOut: false,
  });
  assert.equal(sh('cat').stdout, '', 'without input there is an end of file, not our terminal');
  assert.equal(sh('kill -9 $$').status, null);
});

test('a command that cannot be started is an AgentError with its path', () => {
  for (const path of ['/no/such/command', '/etc/passwd', '/etc']) {
    assert.throws(
      () => runCommand([path]),
      (error) =>
        error instanceof AgentError &&
        error.code === exitCodes.internal &&
        error.message.startsWith(`${path}: cannot be run`),
    );
  }
});

test('nothing of our environment is passed on', () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, {
      NODE_OPTIONS: '--no-warnings',
      LD_PRELOAD: '',
      SECRET: 'S3cr3t',
      LANG: 'de_DE.UTF-8',
    });
    const { stdout } = runCommand(['/usr/bin/env']);
    assert.deepEqual(stdout.trim().split('\n').sort(), [
      'HOME=/root',
      'LANG=C',
      'LC_ALL=C',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
    assert.ok(runCommand(['/usr/bin/env'], { env: { EXTRA: '1' } }).stdout.includes('EXTRA=1'));
  } finally {
    for (const name of ['NODE_OPTIONS', 'LD_PRELOAD', 'SECRET', 'LANG']) delete process.env[name];
    Object.assign(process.env, before);
  }
});

test('argv stays argv: no shell sees it', () => {
  assert.equal(runCommand(['/bin/echo', '$(id)', '; true', '*']).stdout, '$(id) ; true *\n');
});

test('a command that takes too long is killed, TERM or no TERM', () => {
  const started = performance.now();
  const result = sh('trap "" TERM; echo begun; sleep 30', { timeoutMs: 300 });
  assert.ok(performance.now() - started < 5000);
  assert.equal(result.timedOut, true);
  assert.equal(result.stdout, 'begun\n');
  assert.equal(describeFailure('sh', result), 'sh ran out of time');
});

test('a command that floods us is ended, and the failure says why', () => {
  const result = sh('yes');
  assert.equal(result.status, null);
  assert.equal(describeFailure('tool', result), 'tool was killed: it had said more than 1 MiB');
});

test('a daemon that keeps the output open does not make a failure of a command that went well', () => {
  const result = sh('sleep 5 & echo done', { timeoutMs: 300 });
  assert.deepEqual(
    { status: result.status, stdout: result.stdout, timedOut: result.timedOut },
    { status: 0, stdout: 'done\n', timedOut: false },
  );
});

test('input that is not read is no error: the exit status counts', () => {
  assert.equal(sh('exit 4', { input: 'x'.repeat(1024 * 1024) }).status, 4);
});

test('the sentence for a failure has the last line of complaint, cut short', () => {
  const failed = { status: 2, stdout: '', stderr: 'first\nlast\n', timedOut: false };
  assert.equal(describeFailure('ip', failed), 'ip exited 2: last');
  assert.equal(describeFailure('ip', { ...failed, stderr: '' }), 'ip exited 2');
  assert.equal(describeFailure('ip', { ...failed, status: null, stderr: '' }), 'ip was killed');
  assert.ok(describeFailure('ip', { ...failed, stderr: 'x'.repeat(5000) }).length < 300);
});

test('a command acts on our open file as number 3', () => {
  const file = fs.openSync('/proc/self/stat', 'r');
  try {
    assert.equal(runCommandWithDescriptor(['/bin/sh', '-c', 'read line <&3 && [ -n "$line" ]'], file), 0);
    assert.equal(runCommandWithDescriptor(['/bin/sh', '-c', 'exit 5'], file), 5);
  } finally {
    fs.closeSync(file);
  }
});

test('commands in turn: how many were done, and what the one that failed has said', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-commands-'));
  const touch = (name: string): string[] => ['/usr/bin/touch', join(folder, name)];
  const fail = ['/bin/sh', '-c', 'echo why >&2; exit 3'];
  try {
    assert.deepEqual(runCommandsInTurn([touch('a'), ['/bin/echo', 'words'], fail, touch('b')]), {
      ...{ status: 3, stdout: '', stderr: 'why\n', timedOut: false, completed: 2 },
    });
    assert.deepEqual(fs.readdirSync(folder), ['a']);
    const hostile = ["it's", '$(touch x)', '`touch y`', '; touch z #', 'a\nb', '*', ''];
    const { completed } = runCommandsInTurn(hostile.map((name) => touch(`-${name}-`)));
    assert.equal(completed, hostile.length);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['a', ...hostile.map((name) => `-${name}-`)].sort());
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('commands in turn share a deadline, and the one that hangs ends with it', () => {
  const { completed, timedOut, stderr } = runCommandsInTurn(
    [['/bin/true'], ['/bin/sh', '-c', 'echo $$ >&2; exec sleep 60']],
    { timeoutMs: 500 },
  );
  assert.deepEqual([completed, timedOut], [1, true]);
  // What is left of it is for its new parent to bury.
  const state = runCommand(['/bin/ps', '-o', 'state=', '-p', stderr.trim()]).stdout.trim();
  assert.ok(['', 'Z'].includes(state), state);
});

test('commands in turn that are counted at the end', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-commands-'));
  try {
    const touch = (name: string) => ['/usr/bin/touch', join(folder, name)];
    const fail = ['/bin/sh', '-c', 'echo why >&2; exit 3'];
    const how = { countsAtEnd: true };
    assert.deepEqual(runCommandsInTurn([touch('a'), touch('b')], how), {
      ...{ status: 0, stdout: '', stderr: '', timedOut: false, completed: 2 },
    });
    assert.deepEqual(runCommandsInTurn([touch('a'), ['/bin/echo', '7'], fail, touch('c')], how), {
      ...{ status: 3, stdout: '', stderr: 'why\n', timedOut: false, completed: 2 },
    });
    assert.deepEqual(fs.readdirSync(folder), ['a', 'b']);
    const killed = runCommandsInTurn([touch('d'), ['/bin/sh', '-c', 'kill -9 $$'], touch('e')], how);
    assert.deepEqual([killed.status, killed.completed], [137, 1]);
    const late = runCommandsInTurn([touch('f'), ['/bin/sleep', '60']], { ...how, timeoutMs: 500 });
    assert.deepEqual([late.status, late.timedOut, late.completed], [null, true, 0]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

for (const countsAtEnd of [false, true])
  test(`commands in turn end with the process that started them (counted at the end: ${countsAtEnd})`, async () => {
    const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-commands-'));
    try {
      const mark = join(folder, 'started');
      const commands = [
        ['/bin/sh', '-c', `touch '${mark}'; sleep 0.3; touch '${mark}.ended'`],
        ['/usr/bin/touch', join(folder, 'second')],
      ];
      const source = `import { runCommandsInTurn } from ${JSON.stringify(join(import.meta.dirname, 'commands.ts'))};
runCommandsInTurn(${JSON.stringify(commands)}, { countsAtEnd: ${countsAtEnd} });`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      for (let n = 0; n < 1000 && !fs.existsSync(mark); n += 1) await sleep(10);
      child.kill('SIGKILL');
      await ended;
      for (let n = 0; n < 1000 && !fs.existsSync(`${mark}.ended`); n += 1) await sleep(10);
      await sleep(200);
      assert.deepEqual(fs.readdirSync(folder).sort(), ['started', 'started.ended']);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

test('what a command was given is not in what is said of its failure, nor a piece of it where the line is cut', () => {
  const secret = '$&S3cr3t'.repeat(40);
  const said = { status: 1, stdout: secret, stderr: `x\nbad line: ops:${secret} (${secret})\n`, timedOut: false };
  const hidden = withoutSecret(said, secret);
  assert.equal(hidden.stdout, '[redacted]');
  assert.equal(describeFailure('chpasswd', hidden), 'chpasswd exited 1: bad line: ops:[redacted] ([redacted])');
  assert.deepEqual(withoutSecret(said, ''), said);
});
