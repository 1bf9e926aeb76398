import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExecAction } from '../core/action.ts';
import { AgentError } from '../core/error.ts';
import type { ExecOptions, ExecResult } from '../host/host.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { exec } from './exec.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { findInterpreter } from './script-file.ts';

const context: ApplyContext = {
  commandTimeoutMs: 60_000,
  instanceDirectory: '/var/lib/guest-init/instances/i-1',
  environment: { INSTANCE_ID: 'i-1' },
  stepId: 'runcmd/3',
};
const base = { '/bin/sh': '', '/usr/bin/env': '', '/var/lib/guest-init/instances/x': '', '/run/x': '' };

async function run(
  command: ExecAction['command'],
  more: {
    result?: Partial<ExecResult>;
    action?: Partial<ExecAction>;
    context?: Partial<ApplyContext>;
    files?: Record<string, MemoryFile>;
  } = {},
): Promise<{
  argv: readonly string[];
  options: ExecOptions | undefined;
  applied: Applied;
  files: Map<string, { content: Uint8Array; mode: number }>;
  /** While it ran. */
  during: Map<string, { content: Uint8Array; mode: number }>;
}> {
  let argv: readonly string[] = [];
  let options: ExecOptions | undefined;
  let during = new Map<string, { content: Uint8Array; mode: number }>();
  const { host, files } = createMemoryHost({
    files: { ...base, ...more.files },
    exec: async (given, givenOptions) => {
      argv = given;
      options = givenOptions;
      during = new Map(files);
      return { exitCode: 0, signal: undefined, timedOut: false, tail: [], ...more.result };
    },
  });
  const action: ExecAction = { kind: 'exec', label: 'runcmd[3] x', command, ...more.action };
  const applied = (await exec.apply(action, host, { ...context, ...more.context })) ?? {};
  return { argv, options, applied, files, during };
}

describe('what is run', () => {
  test('a line goes to the shell in a file of root, which is gone afterwards', async () => {
    const line = '/run/private/commands/runcmd-3';
    const context = { volatileDirectory: '/run/private' };
    for (const exitCode of [0, 3]) {
      const { argv, during, files } = await run({ shell: 'echo $HOME' }, { result: { exitCode }, context });
      assert.deepEqual(argv, ['/bin/sh', line]);
      const { content, mode } = during.get(line) ?? {};
      assert.deepEqual([Buffer.from(content ?? []).toString(), mode], ['echo $HOME\n', 0o600]);
      assert.deepEqual([files.get('/run/private/commands')?.mode, files.has(line)], [0o700, false]);
    }
  });
  test('a list with a path runs as it is', async () => {
    assert.deepEqual((await run({ argv: ['/bin/echo', 'a b'] })).argv, ['/bin/echo', 'a b']);
  });
  test('a list with a bare name too: host.exec looks in the PATH of the command, without a shell', async () => {
    assert.deepEqual((await run({ argv: ['job', '-x', '$y'] })).argv, ['job', '-x', '$y']);
  });
  test('environment, log, folder and time', async () => {
    const { options, files } = await run({ shell: 'x' }, { action: { env: { A: 'b' } } });
    assert.deepEqual(options, {
      env: { INSTANCE_ID: 'i-1', A: 'b' },
      timeoutMs: 60_000,
      log: '/var/lib/guest-init/instances/i-1/output/runcmd-3.log',
      cwd: '/',
    });
    assert.equal(files.get('/var/lib/guest-init/instances/i-1/output')?.mode, 0o700);
  });
  test('its own time wins', async () => {
    assert.equal((await run({ shell: 'x' }, { action: { timeoutMs: 5 } })).options?.timeoutMs, 5);
  });
  test('a second try is told', async () => {
    const { options } = await run({ shell: 'x' }, { context: { interrupted: { tries: 2 } } });
    assert.equal(options?.env['GUEST_INIT_RERUN'], '2');
  });
  test('a step id never leaves the folder', async () => {
    for (const [stepId, file] of [
      ['../../x', '-.-x.log'],
      ['a\u0000b', 'a-b.log'],
      ['..', '-.log'],
    ]) {
      const { options } = await run({ shell: 'x' }, { context: { stepId: stepId ?? '' } });
      const log = options?.log.slice('/var/lib/guest-init/instances/i-1/output/'.length) ?? '';
      assert.ok(!log.includes('/') && !log.startsWith('.'), `${file} ${log}`);
    }
    const long = (await run({ shell: 'x' }, { context: { stepId: 'x'.repeat(5000) } })).options?.log ?? '';
    assert.ok(long.length < 200);
  });
});

describe('how it ended', () => {
  const cases: [name: string, result: Partial<ExecResult>, applied: Applied][] = [
    ['well', { tail: ['done'] }, { exitCode: 0, tail: ['done'] }],
    ['badly', { exitCode: 5, tail: ['no'] }, { exitCode: 5, tail: ['no'], failed: 'exited 5' }],
    ['by a signal', { exitCode: undefined, signal: 'SIGSEGV' }, { failed: 'killed by SIGSEGV' }],
    [
      'out of time',
      { exitCode: undefined, signal: 'SIGTERM', timedOut: true },
      { failed: 'ended after its time of 60 s' },
    ],
    [
      'well, but after its time',
      { exitCode: 0, timedOut: true },
      { exitCode: 0, failed: 'ended after its time of 60 s' },
    ],
    ['not at all', { exitCode: undefined }, { failed: 'ended in an unknown way' }],
  ];
  for (const [name, result, applied] of cases) {
    test(name, async () => assert.deepEqual((await run({ shell: 'x' }, { result })).applied, applied));
  }
});

describe('scripts', () => {
  const script = (text: string): ExecAction['command'] => ({ script: Buffer.from(text), name: 'user_data' });
  const path = '/var/lib/guest-init/instances/i-1/scripts/runcmd-3';
  const noexec = {
    '/proc/self/mountinfo':
      '1 0 8:1 / / rw - ext4 x rw\n2 1 8:2 / /var rw,nosuid,noexec - ext4 y rw\n3 1 8:2 / /variant rw - ext4 y rw\n',
  };

  test('the file itself is run, and only root can reach it', async () => {
    const { argv, during } = await run(script('#!/bin/sh\necho hi\n'));
    assert.deepEqual(argv, [path]);
    assert.deepEqual([during.get(path)?.mode, during.get(path.replace(/\/[^/]*$/, ''))?.mode], [0o700, 0o700]);
  });
  test('it is removed when it went well, and stays for a look when it did not', async () => {
    const well = await run(script('#!/bin/sh\n'));
    assert.deepEqual([well.files.has(path), well.applied.made, well.applied.forgotten], [false, undefined, [path]]);
    for (const result of [{ exitCode: 5 }, { exitCode: undefined, signal: 'SIGKILL' }, { timedOut: true }]) {
      const badly = await run(script('#!/bin/sh\n'), { result });
      assert.deepEqual([badly.files.get(path)?.mode, badly.applied.made?.[0]?.path], [0o700, path]);
      assert.equal(badly.applied.forgotten, undefined);
    }
  });
  test('on a file system mounted noexec the interpreter reads it', async () => {
    assert.deepEqual((await run(script('#!/bin/sh -e x\n'), { files: noexec })).argv, ['/bin/sh', '-e x', path]);
    assert.deepEqual((await run(script('#!/usr/bin/env sh\n'), { files: noexec })).argv, ['/usr/bin/env', 'sh', path]);
  });
  test('a later mount over it counts', async () => {
    const files = { '/proc/self/mountinfo': `${noexec['/proc/self/mountinfo']}4 2 8:3 / /var/lib rw - ext4 z rw\n` };
    assert.deepEqual((await run(script('#!/bin/sh\n'), { files })).argv, [path]);
  });
  test('a missing interpreter is named and nothing is run', async () => {
    await assert.rejects(run(script('#!/usr/bin/python2\n')), (error) => {
      return (
        error instanceof AgentError &&
        error.message === 'user_data: its interpreter /usr/bin/python2 does not exist on this guest' &&
        error.hint !== undefined
      );
    });
  });
  test('127 from env names the program', async () => {
    const { applied } = await run(script('#!/usr/bin/env python9\n'), { result: { exitCode: 127 } });
    assert.match(
      applied.failed ?? '',
      /^exited 127: python9, the interpreter of its #! line, or a command at its end was not found$/,
    );
  });
  test('no #! line', async () => {
    await assert.rejects(run(script('echo hi\n')), { message: 'user_data: its first line names no interpreter' });
  });
  test('a program runs as it is', async () => {
    assert.deepEqual((await run({ script: Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2]), name: 'x' })).argv, [path]);
  });
});

describe('#! lines as the kernel reads them', () => {
  const cases: [line: string, expected: unknown][] = [
    ['#!/bin/sh\n', ['/bin/sh', [], '/bin/sh']],
    ['#! /bin/sh -eu -x \n', ['/bin/sh', ['-eu -x'], '/bin/sh']],
    ['#!/usr/bin/env bash\n', ['/usr/bin/env', ['bash'], 'bash']],
    ['#!/usr/bin/env -S A=b python3 -u\n', ['/usr/bin/env', ['-S A=b python3 -u'], 'python3']],
    ['#!/bin/sh', ['/bin/sh', [], '/bin/sh']],
    ['#!\n/bin/sh', undefined],
    ['#!   \n', undefined],
    ['# !/bin/sh\n', undefined],
    ['', undefined],
  ];
  for (const [line, expected] of cases) {
    test(JSON.stringify(line), () => {
      const found = findInterpreter(Buffer.from(line));
      assert.deepEqual(found && [found.path, found.arguments, found.program], expected);
    });
  }
});

test('looking runs nothing and tells the label only', () => {
  const { host } = createMemoryHost({ exec: () => assert.fail('ran') });
  const action: ExecAction = { kind: 'exec', label: 'runcmd[0] curl', command: { shell: 'curl -u ops:hunter2' } };
  assert.deepEqual(exec.inspect(action, host), { state: 'unknown', changes: [{ op: '~', what: 'runcmd[0] curl' }] });
});
