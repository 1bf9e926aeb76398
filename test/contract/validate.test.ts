// guest-init validate, as it is built, on every broken input of the golden tier: each problem has file, line and column (or the file
// alone, where the whole is wrong), the exit code says so, and nothing that is printed holds a value.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Diagnostic, formatPlace } from '../../src/core/diagnostic.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';

const folder = join(repositoryRoot, 'test/golden/broken-inputs');
const inputs = globSync('*', { cwd: folder }).filter(
  (name) => !/\.(test\.ts|expected\.json)$/.test(name) && /\.\w+$/.test(name),
);
const { bundle } = requireBuiltProgram();

test('thirty inputs and more, each with its place and without its value', () => {
  const placed = new Set<string>();
  for (const name of inputs) {
    const path = join(folder, name);
    const text = spawnSync(process.execPath, [bundle, 'validate', path], { encoding: 'utf8' });
    const json = spawnSync(process.execPath, [bundle, 'validate', '--json', path], { encoding: 'utf8' });
    assert.doesNotMatch(text.stdout + text.stderr + json.stdout + json.stderr, /canary/i, name);
    const diagnostics = JSON.parse(json.stdout) as Diagnostic[];
    const hasError = diagnostics.some(({ severity }) => severity === 'error');
    const isOver = diagnostics.some(({ severity, code }) => severity === 'error' && code === 'limit');
    assert.equal(text.status, isOver ? 14 : hasError ? 13 : 0, `${name}: ${text.stdout}`);
    for (const diagnostic of diagnostics) {
      assert.ok(text.stdout.includes(diagnostic.message), name);
      assert.ok(text.stdout.includes(`${formatPlace(diagnostic)}  `), `${name}: ${text.stdout}`);
      if (hasError && diagnostic.column !== undefined) placed.add(name);
    }
  }
  assert.ok(placed.size >= 30, `${placed.size} inputs with a place`);
});

test('the inputs hold the canary that must not be seen', () => {
  const holding = inputs.filter((name) => /canary/i.test(readFileSync(join(folder, name), 'latin1')));
  assert.ok(holding.length >= 30, `${holding.length}`);
});

test('every file that is named is checked, in any order', () => {
  const good = join(folder, 'accepted-spellings.yaml');
  const bad = join(folder, 'groups-types.yaml');
  for (const files of [
    [good, bad],
    [bad, good],
  ]) {
    const { status, stdout } = spawnSync(process.execPath, [bundle, 'validate', ...files], { encoding: 'utf8' });
    assert.equal(status, 13, stdout);
    assert.match(stdout, /groups-types\.yaml:\d+:\d+/);
  }
});

test('an option that is said twice with two values is refused, a list is not', () => {
  const run = (...words: string[]) => spawnSync(process.execPath, [bundle, ...words], { encoding: 'utf8' });
  const twice = run('plan', '--source', '/nowhere', '--source', '/');
  assert.equal(twice.status, 64);
  assert.match(twice.stderr, /--source: expected once, found 2 times/);
  const list = run(
    'drive',
    'build',
    '/nonexistent/x.iso',
    '--address',
    '10.0.0.5/24',
    '--dns',
    '1.1.1.1',
    '--dns',
    'x',
  );
  assert.match(list.stderr, /--dns: .*name server|--dns: .*address/i);
});

test('--strict fails for warnings and old spellings, and for nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-strict-'));
  try {
    const check = (text: string, ...words: string[]): number | null => {
      const path = join(folder, 'user_data');
      writeFileSync(path, `#cloud-config\n${text}`);
      return spawnSync(process.execPath, [bundle, 'validate', ...words, path]).status;
    };
    const [fine, warning, old, note] = [
      'timezone: Etc/UTC\n',
      'users: [{name: ops, snapuser: a@b}]\n',
      'ssh_pwauth: "yes"\n',
      'timezone:\n',
    ];
    for (const text of [fine, warning, old, note]) assert.equal(check(text), 0, text);
    for (const text of [fine, note]) assert.equal(check(text, '--strict'), 0, text);
    for (const text of [warning, old]) assert.equal(check(text, '--strict'), 13, text);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
