// The runner must not turn anything that proves nothing into a pass: each way of doing so is a file of a small tier.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TierResult } from './tiers.ts';

const cases: { name: string; text: string; passed: number; failures: RegExp[]; skips: string[] }[] = [
  { name: 'a pass', text: "test('x', () => {});", passed: 1, failures: [], skips: [] },
  {
    name: 'subtests and suites: leaves and parents that are tests count, suites do not',
    text: "describe('s', () => { test('x', async (t) => { await t.test('y', () => {}); }); });",
    passed: 2,
    failures: [],
    skips: [],
  },
  {
    name: 'a failing subtest is counted once',
    text: "test('x', async (t) => { await t.test('y', () => { throw new Error('boom'); }); });",
    passed: 0,
    failures: [/y\n.*boom/],
    skips: [],
  },
  {
    name: 'a skip with its reason',
    text: "test('x', { skip: 'no loop devices' }, () => {});",
    passed: 0,
    failures: [],
    skips: ['case.test.ts:2 x: no loop devices'],
  },
  {
    name: 'a skip without a reason',
    text: "test('x', { skip: true }, () => {});",
    passed: 0,
    failures: [/skipped without a reason/],
    skips: [],
  },
  { name: 'a todo', text: "test('x', { todo: true }, () => {});", passed: 0, failures: [/todo test/], skips: [] },
  { name: 'no test at all', text: '', passed: 0, failures: [/holds no test/], skips: [] },
  { name: 'a file that cannot be loaded', text: "import './nowhere.ts';", passed: 0, failures: [/nowhere/], skips: [] },
  {
    name: 'an error after the test has ended',
    text: "test('x', () => { setTimeout(() => { throw new Error('late'); }, 10); });",
    passed: 1,
    failures: [/late/],
    skips: [],
  },
  {
    name: 'a test that never ends',
    text: "test('x', () => new Promise(() => { setInterval(() => {}, 1000); }));",
    passed: 0,
    failures: [/timed out/, /aborted/, /nothing happened/],
    skips: [],
  },
];

/** Runs a tier over the folder in a process of its own: node:test refuses to be run inside a test. */
function runCase(folder: string, needsRoot = false): TierResult {
  const runner = join(folder, 'runner.mjs');
  const tier = { name: 'case', patterns: ['*.test.ts'], concurrency: 1, timeoutMs: 1000, needsRoot };
  const url = new URL('./tiers.ts', import.meta.url).href;
  writeFileSync(
    runner,
    `import { runTier } from ${JSON.stringify(url)};
if (${needsRoot}) process.getuid = () => 1000;
process.stdout.write(JSON.stringify(await runTier(${JSON.stringify(folder)}, ${JSON.stringify(tier)})));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const result = spawnSync(process.execPath, [runner], { env, encoding: 'utf8', timeout: 20_000 });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout) as TierResult;
}

function withFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-tiers-'));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const { name, text, passed, failures, skips } of cases) {
  test(name, () => {
    withFolder((folder) => {
      writeFileSync(
        join(folder, 'case.test.ts'),
        `import { describe, test } from 'node:test';\n${text}\nvoid describe, test;\n`,
      );
      const result = runCase(folder);
      assert.equal(result.passed, passed);
      assert.deepEqual(result.skips, skips);
      assert.equal(result.failures.length, failures.length, JSON.stringify(result.failures));
      failures.forEach((pattern, index) => {
        const failure = result.failures[index];
        assert.match(`${failure?.where}\n${failure?.detail}`, pattern);
      });
    });
  });
}

test('a tier without files fails', () => {
  withFolder((folder) => assert.match(runCase(folder).failures[0]?.detail ?? '', /no test file matches/));
});

test('a tier that needs root says so for each file instead of running it', () => {
  withFolder((folder) => {
    writeFileSync(join(folder, 'case.test.ts'), 'throw new Error("ran");\n');
    assert.deepEqual(runCase(folder, true).skips, ['case.test.ts: needs root']);
  });
});
