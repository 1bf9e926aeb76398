import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import { takeLock } from './lock.ts';

let folder = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

function isRefused(): boolean {
  try {
    takeLock(folder).release();
    return false;
  } catch (error) {
    assert.ok(error instanceof AgentError);
    assert.equal(error.code, exitCodes.locked);
    assert.match(error.hint ?? '', /status --wait/);
    return true;
  }
}

/** A process that takes the lock, says `held` or `refused`, and stays until it is told otherwise. */
async function startHolder(): Promise<{ child: ChildProcess; word: string }> {
  const script = `const { takeLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))});
try { takeLock(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000); } catch { console.log('refused'); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const word = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  return { child, word };
}

test('a second run is refused at once, and let in when the first has ended', () => {
  const lock = takeLock(folder);
  assert.equal(isRefused(), true);
  assert.equal(isRefused(), true);
  lock.release();
  assert.equal(isRefused(), false);
});

test('another process is refused too, and this one by it', async () => {
  const lock = takeLock(folder);
  assert.equal((await startHolder()).word, 'refused');
  lock.release();
  assert.equal((await startHolder()).word, 'held');
  assert.equal(isRefused(), true);
});

test('a run that was killed leaves nothing to wait for', async () => {
  const { child, word } = await startHolder();
  assert.equal(word, 'held');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  assert.equal(isRefused(), false);
});

test('of many that come at once exactly one is let in, with and without a dead holder', async () => {
  for (const stale of [false, true]) {
    if (stale) fs.writeFileSync(join(folder, 'lock'), '999999999 1');
    const words = (await Promise.all([1, 2, 3, 4].map(startHolder))).map(({ word }) => word);
    assert.equal(words.filter((word) => word === 'held').length, 1, words.join(' '));
    const ended = children.map(
      (child) => new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0))),
    );
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(ended);
    fs.rmSync(join(folder, 'lock'), { force: true });
  }
});

test('a process that only has the number of the dead holder is not it', () => {
  fs.writeFileSync(join(folder, 'lock'), `${process.pid} 1`);
  assert.equal(isRefused(), false);
  for (const junk of ['', 'junk', '-1 1', '1']) {
    fs.writeFileSync(join(folder, 'lock'), junk);
    assert.equal(isRefused(), false, JSON.stringify(junk));
  }
});

test("release does not take away another run's lock", () => {
  const lock = takeLock(folder);
  fs.writeFileSync(join(folder, 'lock'), '1 1');
  lock.release();
  assert.ok(fs.existsSync(join(folder, 'lock')));
});

test('a folder that cannot be written is exit 30', () => {
  assert.throws(() => takeLock(join(folder, 'nowhere')), { name: 'AgentError', code: exitCodes.stateUnwritable });
});
