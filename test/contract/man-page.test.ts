// guest-init(8) says exactly what the program has: commands, options, facts, settings with defaults, keys, variables, exit codes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodes } from '../../src/core/error.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { Policy } from '../../src/core/policy-schema.ts';
import { repositoryRoot } from '../support/built-program.ts';

const path = join(repositoryRoot, 'packaging/man/guest-init.8');
const page = readFileSync(path, 'utf8');

/** The lines from one macro line to the next of that level or above. */
function section(heading: string): string {
  const level = heading.startsWith('.Ss') ? '\\.S[sh] ' : '\\.Sh ';
  const [, body] = page.split(`\n${heading}\n`);
  assert.ok(body !== undefined, `${heading} is missing`);
  return body.split(new RegExp(`^${level}`, 'm'))[0] ?? '';
}

function collect(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found ?? '').sort();
}

function help(...words: string[]): string {
  const argv = [join(repositoryRoot, 'src/main.ts'), ...words, '--help'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
    timeout: 30_000,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Commands that a help text lists; a command of commands is replaced by those. */
function listCommands(parents: string[] = []): string[] {
  const listed = /\nCommands:\n([\s\S]*?)\n\n/.exec(help(...parents))?.[1] ?? '';
  const names = collect(listed, new RegExp(`^ {2}${['guest-init', ...parents].join(' ')} ([a-z-]+)`, 'gm'));
  return names.flatMap((name) => {
    const inner = listCommands([...parents, name]);
    return inner.length > 0 ? inner : [[...parents, name].join(' ')];
  });
}

const commands = listCommands();

test('the page has a part for each command, and for no other', () => {
  assert.ok(commands.length >= 8 && commands.includes('drive build'), commands.join());
  assert.deepEqual(collect(section('.Sh COMMANDS'), /^\.Ss (.+)$/gm), [...commands].sort());
});

test('the synopsis names each command', () => {
  const named = [...section('.Sh SYNOPSIS').matchAll(/^\.Ic (.+)$/gm)].flatMap(
    ([, words]) => words?.split(' | ') ?? [],
  );
  assert.deepEqual(named.sort(), [...commands].sort());
});

for (const command of commands) {
  test(`options of guest-init ${command}`, () => {
    const [text = ''] = help(...command.split(' ')).split('\nExamples:');
    const known = collect(text, /^ +(?:-\w, )?--([a-z-]+)/gm).filter((name) => !['help', 'version'].includes(name));
    const part = section(`.Ss ${command}`);
    assert.deepEqual(collect(part, /^\.It Fl -([a-z-]+)/gm), known);
    for (const [, option, list] of text.matchAll(/--([a-z-]+)[^[]*(?:\[string\]\s*)?\[choices: ([^\]]+)\]/g)) {
      const choices = [...(list ?? '').matchAll(/"([^"]+)"/g)].map(([, choice]) => choice);
      assert.match(part, new RegExp(`^\\.It Fl -${option} Cm ${choices.join(' \\| ')}$`, 'm'));
    }
  });
}

test('facts of guest-init query', () => {
  const known = collect(/\nFacts:\n([\s\S]*)/.exec(help('query'))?.[1] ?? '', /^ {2}(\w+) {2,}/gm);
  assert.ok(known.length > 10, known.join());
  assert.deepEqual(collect(section('.Ss query'), /^\.It Cm (\w+)$/gm), known);
});

test('shells of guest-init completion', () => {
  const known = collect(/choices: ([^\]]+)\]/.exec(help('completion'))?.[1] ?? '', /"(\w+)"/g);
  assert.deepEqual(collect(section('.Ss completion'), /^\.Cm (\w+)/gm), known);
});

test('settings, with their defaults', () => {
  type Entries = Record<string, { wrapped?: { entries?: Entries } }>;
  const list = (entries: Entries, defaults: Readonly<Record<string, unknown>>, prefix = ''): string[] =>
    Object.entries(entries).flatMap(([key, { wrapped }]) => {
      const value = defaults[key];
      if (wrapped?.entries !== undefined)
        return list(wrapped.entries, value as Readonly<Record<string, unknown>>, `${prefix}${key}.`);
      return [`${prefix}${key}${value === undefined ? '' : ` Pq No default Li ${value}`}`];
    });
  const known = list(Policy.entries as unknown as Entries, defaultPolicy);
  assert.ok(known.length >= 12, known.join());
  assert.deepEqual(collect(section('.Sh CONFIGURATION'), /^\.It Va (.+)$/gm), known.sort());
});

test('keys of a cloud-config', () => {
  const known = collect(readFileSync(join(repositoryRoot, 'docs/modules/README.md'), 'utf8'), /^\| `(\w+)`/gm);
  assert.ok(known.length > 15, known.join());
  assert.deepEqual(collect(section('.Sh USER DATA'), /^\.Li ([a-z_][a-z_0-9]*)/gm), known);
});

test('variables', () => {
  const sources = globSync('src/**/*.ts', { cwd: repositoryRoot }).filter((file) => !file.endsWith('.test.ts'));
  const text = sources.map((file) => readFileSync(join(repositoryRoot, file), 'utf8')).join('\n');
  const known = new Set(collect(text, /\b(GUEST_INIT_[A-Z_]*[A-Z]|INSTANCE_ID)\b/g));
  const named = collect(section('.Sh ENVIRONMENT'), /^\.(?:It )?Ev ([A-Z_]+)/gm);
  assert.deepEqual(
    named.filter((name) => !['NO_COLOR', 'TERM'].includes(name)),
    [...known].sort(),
  );
});

test('exit codes', () => {
  const known = Object.values(exitCodes).map(String).sort();
  assert.deepEqual(collect(section('.Sh EXIT STATUS'), /^\.It (\d+)$/gm), known);
});

test('groff sets it without a warning', { skip: explainMissingGroff() }, () => {
  const { status, stderr } = spawnSync('groff', ['-mdoc', '-ww', '-z', '-Tutf8', path], { encoding: 'utf8' });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});

function explainMissingGroff(): string | false {
  return spawnSync('groff', ['--version']).error === undefined ? false : 'needs groff';
}
