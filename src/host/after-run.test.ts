import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { rehearsalVariable } from './after-run.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-after-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A process that leaves a command behind and lives on for `ms`; gives its exit and what the command says then. */
async function leave(given: { file: string; ms: number; timeoutMs: number; env?: Record<string, string> }) {
  const said = join(folder, given.file);
  const argv = ['/bin/sh', '-c', 'kill -0 "$0" 2>/dev/null && echo running > "$1" || echo gone > "$1"'];
  const code = `const { startAfterRun } = await import(${JSON.stringify(new URL('./after-run.ts', import.meta.url).href)});
    startAfterRun({ argv: [...${JSON.stringify(argv)}, String(process.pid), ${JSON.stringify(said)}], timeoutMs: ${given.timeoutMs} });
    setTimeout(() => {}, ${given.ms});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: 'inherit',
    env: { PATH: process.env['PATH'] ?? '', ...given.env },
  });
  const exitCode = await new Promise((resolve) => child.on('exit', resolve));
  for (let tries = 0; tries < 30 && !existsSync(said); tries += 1) await sleep(100);
  return { exitCode, said: existsSync(said) ? readFileSync(said, 'utf8').trim() : undefined };
}

test('the command is started when the process has gone', async () => {
  assert.deepEqual(await leave({ file: 'a', ms: 1000, timeoutMs: 30_000 }), { exitCode: 0, said: 'gone' });
});

test('or when the time is over', async () => {
  assert.deepEqual(await leave({ file: 'b', ms: 2500, timeoutMs: 300 }), { exitCode: 0, said: 'running' });
});

test('and not at all in a rehearsal', async () => {
  const env = { [rehearsalVariable]: '1' };
  assert.deepEqual(await leave({ file: 'c', ms: 1, timeoutMs: 1000, env }), { exitCode: 0, said: undefined });
});
