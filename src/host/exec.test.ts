import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError } from '../core/error.ts';
import { createCommandRunner } from './exec.ts';
import type { ExecResult } from './host.ts';

let folder = '';
before(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-exec-'));
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

// One runner for all, as in a boot: no command may feel what another one left behind.
const runCommand = createCommandRunner();
let count = 0;
type Ran = ExecResult & { log: string; ms: number };

async function run(
  argv: readonly string[],
  options: {
    timeoutMs?: number;
    graceMs?: number;
    env?: Record<string, string>;
    cwd?: string;
    extraPath?: string;
  } = {},
): Promise<Ran> {
  count += 1;
  const log = join(folder, `${count}.log`);
  const start = performance.now();
  const result = await runCommand(argv, { env: {}, timeoutMs: 10_000, cwd: '/', log, ...options });
  return { ...result, log, ms: performance.now() - start };
}

const sh = (script: string, options = {}): Promise<Ran> => run(['/bin/sh', '-c', script], options);

async function until(condition: () => boolean, limitMs = 5000): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(20)) {
    if (condition()) return true;
  }
  return condition();
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that nobody waits for still has a number.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('how a command ended', () => {
  for (const code of [0, 1, 5, 127, 255]) {
    test(`exit ${code}`, async () => {
      const result = await sh(`exit ${code}`);
      assert.deepEqual([result.exitCode, result.signal, result.timedOut], [code, undefined, false]);
    });
  }

  test('a signal is named', async () => {
    const result = await sh('kill -USR1 $$');
    assert.deepEqual([result.exitCode, result.signal], [undefined, 'SIGUSR1']);
  });

  test('a command that does not exist gives 127 and says so', async () => {
    const result = await run(['no-such-command-here']);
    assert.equal(result.exitCode, 127);
    assert.deepEqual(result.tail, ['no-such-command-here: not found']);
    assert.equal(fs.readFileSync(result.log, 'utf8'), 'no-such-command-here: not found\n');
  });

  test('a missing interpreter gives 127 and blames the #! line', async () => {
    const script = join(folder, 'bad-interpreter');
    fs.writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o700 });
    const result = await run([script]);
    assert.equal(result.exitCode, 127);
    assert.match(result.tail[0] ?? '', /interpreter of its #! line does not exist$/);
  });

  test('a file that may not be executed gives 126', async () => {
    const script = join(folder, 'not-executable');
    fs.writeFileSync(script, '#!/bin/sh\n', { mode: 0o600 });
    const result = await run([script]);
    assert.equal(result.exitCode, 126);
    assert.match(result.tail[0] ?? '', /EACCES/);
  });

  test('a folder gives 126', async () => {
    const result = await run([folder]);
    assert.equal(result.exitCode, 126);
    assert.match(result.tail[0] ?? '', /EACCES/);
  });

  test('arguments that the kernel does not take give 126', async () => {
    const result = await run(['/bin/true', 'a'.repeat(200_000)]);
    assert.equal(result.exitCode, 126);
    assert.match(result.tail[0] ?? '', /too long for the kernel \(E2BIG\)$/);
  });

  test('a NUL in an argument gives 126', async () => {
    const result = await run(['/bin/echo', 'a\u0000b']);
    assert.deepEqual([result.exitCode, result.tail], [126, ['/bin/echo: cannot be started (ERR_INVALID_ARG_VALUE)']]);
  });

  test('a working folder that does not exist is named', async () => {
    const result = await run(['/bin/true'], { cwd: join(folder, 'absent') });
    assert.equal(result.exitCode, 127);
    assert.deepEqual(result.tail, [`/bin/true: its working folder ${join(folder, 'absent')} does not exist`]);
  });

  test('a command that runs at all has a log, also when it says nothing', async () => {
    const { log } = await sh('true');
    assert.deepEqual([fs.statSync(log).size, fs.statSync(log).mode & 0o777], [0, 0o600]);
  });

  test('a log that cannot be made is an error that names it', async () => {
    await assert.rejects(
      runCommand(['/bin/true'], { env: {}, timeoutMs: 1000, cwd: '/', log: join(folder, 'absent', 'x.log') }),
      (error) =>
        error instanceof AgentError && /absent\/x\.log: the log cannot be written \(ENOENT\)/.test(error.message),
    );
  });
});

describe('what a command sees', () => {
  test('a plain environment, laid over by its own, and nothing of ours', async () => {
    process.env['GUEST_INIT_CANARY'] = 'leaked';
    const result = await run(['/usr/bin/env'], { env: { INSTANCE_ID: 'i-1', LANG: 'de_DE.UTF-8' } });
    delete process.env['GUEST_INIT_CANARY'];
    assert.deepEqual([...result.tail].sort(), [
      'HOME=/root',
      'INSTANCE_ID=i-1',
      'LANG=de_DE.UTF-8',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
  });

  test('a bare name is looked up in its own PATH, not in ours', async () => {
    const bin = join(folder, 'bin');
    fs.mkdirSync(bin);
    fs.writeFileSync(join(bin, 'job'), '#!/bin/sh\necho "$0 $*"\n', { mode: 0o755 });
    assert.equal((await run(['job'])).exitCode, 127);
    const result = await run(['job', '$HOME', 'a b'], { env: { PATH: `${bin}:/usr/bin:/bin` } });
    assert.deepEqual(result.tail, [`${bin}/job $HOME a b`]);
    const before = process.env['PATH'];
    process.env['PATH'] = bin;
    try {
      assert.equal((await run(['job'])).exitCode, 127);
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('a further folder is looked at last', async () => {
    const extraPath = join(folder, 'further');
    fs.mkdirSync(extraPath);
    for (const name of ['further-job', 'true'])
      fs.writeFileSync(join(extraPath, name), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    assert.equal((await run(['further-job'], { extraPath })).exitCode, 7);
    assert.equal((await run(['true'], { extraPath })).exitCode, 0);
    assert.equal((await run(['further-job'], { extraPath, env: { PATH: '/usr/bin' } })).exitCode, 127);
  });

  test('umask 022 although ours is stricter, which stays as it was', async () => {
    const ours = process.umask(0o077);
    try {
      const made = join(folder, 'made-by-command');
      const result = await sh(`umask; touch ${made}`);
      assert.deepEqual(result.tail, ['0022']);
      assert.equal(fs.statSync(made).mode & 0o777, 0o644);
      assert.equal(process.umask(), 0o077);
      await run(['/bin/true', '\u0000']);
      assert.equal(process.umask(), 0o077);
      assert.equal(fs.statSync(result.log).mode & 0o777, 0o600);
    } finally {
      process.umask(ours);
    }
  });

  test('no input, the root folder, its own session', async () => {
    const result = await sh('cat; pwd; [ "$(ps -o sid= -p $$ | tr -d " ")" = $$ ] && echo leader');
    assert.deepEqual(result.tail, ['/', 'leader']);
  });

  test('output and errors in one log, in order; /dev/stderr and /dev/stdout can be opened', async () => {
    const result = await sh('echo one; echo two >&2; echo three >/dev/stderr; echo four >/dev/stdout');
    assert.equal(result.exitCode, 0);
    assert.equal(fs.readFileSync(result.log, 'utf8'), 'one\ntwo\nthree\nfour\n');
    assert.deepEqual(result.tail, ['one', 'two', 'three', 'four']);
  });

  test('no pipe is left beside the log', async () => {
    const result = await sh('true');
    assert.equal(fs.existsSync(`${result.log}.pipe`), false);
  });

  test('the pipe is a pipe and serves the next command too', async () => {
    const look = 'readlink /proc/self/fd/1; stat -L -c %F-%i /proc/self/fd/2';
    const [first, second] = [await sh(look), await sh(look)];
    assert.match(first.tail[1] ?? '', /^fifo-\d+$/);
    assert.deepEqual(first.tail, second.tail);
  });

  test('a command that closes its output and goes on is waited for', async () => {
    const proof = join(folder, 'silent-done');
    const result = await sh(`echo before; exec >/dev/null 2>&1; sleep 0.1; echo done >${proof}; exit 4`);
    assert.deepEqual([result.exitCode, result.tail, fs.existsSync(proof)], [4, ['before'], true]);
  });

  test('what children say just after the exit still belongs to the command', async () => {
    // How long a child has is bounded, and a busy machine may not let it run in time: never in three tries would be wrong.
    const tails: string[][] = [];
    for (let attempt = 0; attempt < 3 && tails.at(-1)?.length !== 2; attempt += 1) {
      tails.push([...(await sh('(/bin/true; echo late) & echo early')).tail].sort());
      assert.deepEqual((await sh('echo next')).tail, ['next']);
    }
    assert.deepEqual(tails.at(-1), ['early', 'late']);
  });

  test('more than a pipe holds, said at once or slowly', async () => {
    const result = await sh('head -c 300000 /dev/zero; sleep 0.05; head -c 300000 /dev/zero; echo; echo end');
    assert.equal(fs.statSync(result.log).size, 600_005);
    assert.equal(result.tail.at(-1), 'end');
  });

  test('commands that run at the same time keep their outputs apart', async () => {
    const names = ['a', 'b', 'c'];
    const results = await Promise.all(names.map((name) => sh(`echo ${name}; sleep 0.05; echo ${name}`)));
    assert.deepEqual(
      results.map(({ tail }) => tail),
      names.map((name) => [name, name]),
    );
  });

  test('a hundred commands leave no descriptor open', async () => {
    const countOpen = (): number => fs.readdirSync('/proc/self/fd').length;
    await sh('true');
    const before = countOpen();
    for (let index = 0; index < 100; index += 1) await run(['/bin/true']);
    await Promise.all([sh('true'), sh('sleep 0.05'), sh('true')]);
    assert.equal(countOpen(), before);
  });

  test('output that is not UTF-8 is kept as bytes and shown as replacement characters', async () => {
    const result = await sh("printf 'caf\\351 \\033[31mred\\033[0m\\n'");
    assert.deepEqual(result.tail, ['caf\ufffd red']);
    assert.deepEqual([...fs.readFileSync(result.log).subarray(0, 4)], [0x63, 0x61, 0x66, 0xe9]);
  });
});

describe('deadline', () => {
  test('TERM ends the whole group', async () => {
    const result = await sh('sleep 30 & echo $!; wait', { timeoutMs: 150 });
    assert.equal(result.timedOut, true);
    assert.equal(result.signal, 'SIGTERM');
    assert.ok(result.ms < 4000, `${result.ms} ms`);
    assert.equal(isAlive(Number(result.tail[0])), false);
  });

  test('a command that ends in good order at TERM keeps its exit code', async () => {
    const result = await sh("trap 'echo bye; exit 3' TERM; sleep 30 & wait", { timeoutMs: 150 });
    assert.deepEqual([result.timedOut, result.exitCode, result.tail], [true, 3, ['bye']]);
  });

  test('KILL follows where TERM is ignored, by a child too', async () => {
    const result = await sh("trap '' TERM; sleep 30 & echo $!; wait; sleep 30", { timeoutMs: 100, graceMs: 200 });
    assert.deepEqual([result.timedOut, result.signal], [true, 'SIGKILL']);
    assert.ok(result.ms >= 300 && result.ms < 2500, `${result.ms} ms`);
    assert.equal(await until(() => !isAlive(Number(result.tail[0]))), true);
  });
});

function readIfThere(path: string): string {
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
}

describe('daemons', () => {
  test('a child that keeps stdout does not delay the end', async () => {
    const result = await sh('sleep 30 & echo $!');
    assert.equal(result.exitCode, 0);
    assert.ok(result.ms < 1000, `${result.ms} ms`);
    const pid = Number(result.tail[0]);
    assert.equal(isAlive(pid), true);
    process.kill(pid);
  });

  test('a daemon that goes on writing survives, and its words reach the log', async () => {
    const proof = join(folder, 'daemon-done');
    const result = await sh(
      `(sleep 1; echo later || exit 1; sleep 0.1; echo again || exit 1; echo $? >${proof}) & echo now`,
    );
    assert.equal(fs.existsSync(proof), false, 'it was waited for');
    assert.deepEqual(result.tail, ['now']);
    assert.equal(await until(() => readIfThere(proof) === '0\n'), true);
    assert.equal(await until(() => fs.readFileSync(result.log, 'utf8') === 'now\nlater\nagain\n'), true);
  });

  test('what a daemon says later is not taken for the words of another command', async () => {
    const first = await sh('(sleep 0.15; echo from the daemon) & echo first');
    const second = await sh('sleep 0.3; echo second');
    assert.deepEqual([first.tail, second.tail], [['first'], ['second']]);
    assert.equal(fs.readFileSync(second.log, 'utf8'), 'second\n');
    assert.equal(await until(() => fs.readFileSync(first.log, 'utf8') === 'first\nfrom the daemon\n'), true);
  });

  test('a daemon that floods neither waits nor fills the log', async () => {
    const proof = join(folder, 'flood-done');
    const result = await sh(`(sleep 0.2; head -c 30M /dev/zero; echo $? >${proof}) & echo now`);
    assert.equal(await until(() => readIfThere(proof) === '0\n'), true);
    await sleep(100);
    assert.ok(fs.statSync(result.log).size <= 4 + 64 * 1024, `${fs.statSync(result.log).size} bytes`);
  });
});

test('a flood of 200 MiB costs neither time, memory nor disk', async () => {
  const before = process.memoryUsage().rss;
  const result = await sh('echo first; head -c 200M /dev/zero | tr "\\0" "a"; echo; echo last');
  const grown = process.memoryUsage().rss - before;
  const { size } = fs.statSync(result.log);
  assert.equal(result.exitCode, 0);
  assert.ok(result.ms < 5000, `${result.ms} ms`);
  assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes`);
  assert.ok(size > 1024 * 1024 && size < 1024 * 1024 + 100, `${size} bytes`);
  const log = fs.readFileSync(result.log, 'latin1');
  assert.ok(log.startsWith('first\naaa'));
  assert.match(log.slice(512 * 1024, 512 * 1024 + 60), /^\n\[\d+ bytes left out\]\naaa/);
  assert.ok(log.endsWith('aaa\nlast\n'));
  assert.equal(result.tail.at(-1), 'last');
  assert.equal([...(result.tail[0] ?? '')].length, 200);
});
