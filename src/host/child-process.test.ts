import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runWhole, startProcess, type WholeRunOptions } from './child-process.ts';
import { findProcessBindings } from './process-bindings.ts';

const env = { PATH: '/usr/bin:/bin' };
const whole = {
  ...{ cwd: '/', env, stdio: ['pipe', 'pipe', 'pipe'], timeoutMs: 10_000, outputLimitBytes: 10_000 },
} as const satisfies WholeRunOptions;
const quiet = { cwd: '/', env, stdio: ['ignore', 'ignore', 'ignore'] } as const;

let folder = '';
before(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-child-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('the bindings are those of the Node that the executable carries', () => {
  assert.notEqual(findProcessBindings(), null, `${process.version} is not the release that process-bindings.ts names`);
});

test('asking for them says nothing, with NODE_PENDING_DEPRECATION=1 either', () => {
  const file = JSON.stringify(new URL('./process-bindings.ts', import.meta.url).href);
  const code = `const { findProcessBindings } = await import(${file}); console.log(findProcessBindings() !== null, process.noDeprecation);`;
  const { stdout, stderr } = runWhole(process.execPath, ['--input-type=module', '-e', code], {
    ...{ ...whole, env: { ...env, NODE_PENDING_DEPRECATION: '1' } },
  });
  assert.deepEqual({ stdout, stderr }, { stdout: 'true undefined\n', stderr: '' });
});

for (const [name, bindings] of [
  ['the bindings', findProcessBindings()],
  ['node:child_process', null],
] as const) {
  const run = (script: string, options: Partial<WholeRunOptions> = {}) => {
    const { pid, ...result } = runWhole('/bin/sh', ['-c', script], { ...whole, ...options }, bindings);
    assert.ok(pid > 0);
    return result;
  };

  describe(`by ${name}`, () => {
    test('status, outputs, input, environment, folder', () => {
      assert.deepEqual(run('cat; echo é >&2; exit 3', { input: 'ü' }), { status: 3, stdout: 'ü', stderr: 'é\n' });
      assert.deepEqual(
        run('env; pwd', { env: { A: '1', PATH: env.PATH }, cwd: '/usr' })
          .stdout.split('\n')
          .sort(),
        [...['', '/usr', 'A=1', `PATH=${env.PATH}`, 'PWD=/usr']],
      );
      assert.equal(run('cat').stdout, '', 'a pipe without input is at its end');
    });

    test('what is ignored, and a descriptor that is passed on', () => {
      const file = join(folder, 'passed');
      const descriptor = fs.openSync(file, 'w');
      const result = run('echo out; echo err >&2; echo third >&3', { stdio: ['ignore', 'pipe', 'ignore', descriptor] });
      fs.closeSync(descriptor);
      assert.deepEqual(result, { status: 0, stdout: 'out\n', stderr: '' });
      assert.equal(fs.readFileSync(file, 'utf8'), 'third\n');
    });

    test('ended by a signal, by its time, by its output', () => {
      assert.deepEqual(run('kill -TERM $$'), { status: null, stdout: '', stderr: '' });
      const late = run('echo started; exec sleep 30', { timeoutMs: 300 });
      assert.deepEqual(late, { status: null, stdout: 'started\n', stderr: '', error: 'ETIMEDOUT' });
      assert.equal(run('yes', { outputLimitBytes: 100 }).error, 'ENOBUFS');
    });

    test('one that ends without reading its input', () => {
      assert.deepEqual(run('exec 0<&-; exit 4', { input: 'x'.repeat(1_000_000) }), {
        ...{ status: 4, stdout: '', stderr: '', error: 'EPIPE' },
      });
    });

    test('a group of its own, or ours', () => {
      const script = '[ "$(cut -d" " -f5 /proc/self/stat)" = $$ ] && echo leads; exit 0';
      assert.equal(run(script, { detached: true }).stdout, 'leads\n');
      assert.equal(run(script).stdout, '');
    });

    test('what cannot be started', async () => {
      const plain = join(folder, 'plain');
      fs.writeFileSync(plain, 'text', { mode: 0o644 });
      const cases = [
        [join(folder, 'absent'), '/', 'ENOENT'],
        [plain, '/', 'EACCES'],
        ['/bin/true', join(folder, 'absent'), 'ENOENT'],
        ['/bin/tr\0ue', '/', 'ERR_INVALID_ARG_VALUE'],
      ] as const;
      for (const [file, cwd, error] of cases) {
        assert.deepEqual(runWhole(file, [], { ...whole, cwd }, bindings), {
          ...{ pid: 0, status: null, stdout: '', stderr: '', error },
        });
        const { pid, ended } = startProcess(file, [], { ...quiet, cwd }, bindings);
        assert.deepEqual([pid, await ended], [undefined, { startError: error }]);
      }
      const cut = { startError: 'ERR_INVALID_ARG_VALUE' };
      assert.deepEqual(await startProcess('/bin/true', ['a\0b'], quiet, bindings).ended, cut);
      assert.deepEqual(await startProcess('/bin/true', [], { ...quiet, env: { A: 'a\0b' } }, bindings).ended, cut);
    });

    test('one that is started and watched', async () => {
      const start = (script: string) => startProcess('/bin/sh', ['-c', script], { ...quiet, detached: true }, bindings);
      assert.deepEqual(await start('exit 7').ended, { exitCode: 7 });
      const waiting = start('exec sleep 30');
      assert.ok(waiting.pid !== undefined);
      process.kill(-waiting.pid, 'SIGTERM');
      assert.deepEqual(await waiting.ended, { signal: 'SIGTERM' });
      assert.deepEqual(await Promise.all([1, 2, 3].map((code) => start(`exit ${code}`).ended)), [
        ...[{ exitCode: 1 }, { exitCode: 2 }, { exitCode: 3 }],
      ]);
    });
  });
}
