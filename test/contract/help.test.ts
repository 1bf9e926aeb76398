// The commands that --help, README.md and the completion script know are the same, and each can say what it does.

import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/built-program.ts';

function run(...words: string[]): SpawnSyncReturns<string> {
  const argv = [join(repositoryRoot, 'src/main.ts'), ...words];
  return spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', COLUMNS: '100' },
    timeout: 30_000,
  });
}

/** Words after `guest-init` on the lines of a help text's list of commands. */
function listCommands(help: string): string[] {
  const section = /Commands:\n([\s\S]*?)\n\n/.exec(help)?.[1] ?? '';
  return [...section.matchAll(/^ {2}guest-init ((?:[a-z-]+ ?)+)/gm)].map(([, words]) => (words ?? '').trim());
}

const help = run('--help').stdout;
const commands = listCommands(help);

test('there are commands', () => assert.ok(commands.length >= 8, help));

test("README's table names the commands, and no others", () => {
  const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `guest-init ([a-z-]+)/gm)].map(([, name]) => name ?? '');
  assert.deepEqual(rows.sort(), [...commands].sort());
});

test('completion offers every command', () => {
  const { stdout, status } = run('--get-yargs-completions', 'guest-init', '');
  assert.equal(status, 0);
  const words = stdout.split('\n').map((line) => line.split(':')[0]);
  for (const command of commands) assert.ok(words.includes(command), `${command}: ${stdout}`);
});

for (const command of [...commands, 'drive build']) {
  test(`guest-init ${command} --help`, () => {
    const { status, stdout, stderr } = run(...command.split(' '), '--help');
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    assert.ok(stdout.startsWith(`guest-init ${command}`), stdout);
    assert.doesNotMatch(stdout, /undefined|\[object|NaN/);
  });
}

test('words that make no command are exit 64, with what to do', () => {
  for (const words of [
    [],
    ['no-such-command'],
    ['drive'],
    ['run', '--mystery'],
    ['query', 'adress'],
    ['validate'],
    ['run', 'x'],
  ]) {
    const { status, stdout, stderr } = run(...words);
    assert.equal(status, 64, words.join(' '));
    assert.equal(stdout, '', words.join(' '));
    assert.match(stderr, /^guest-init: \S/, words.join(' '));
  }
});

test('the version is one line, however it is asked for', () => {
  const { status, stdout } = run('--version');
  for (const words of [['-V'], ['run', '--version'], ['--version', '-V']]) assert.equal(run(...words).stdout, stdout);
  assert.equal(status, 0);
  assert.match(stdout, /^guest-init \S+ \(Node \d+\.\d+\.\d+, fixes until \d{4}-\d\d-\d\d\)\n$/);
});
