// npm run properties: the properties of src/**/*.properties.test.ts, 100 000 runs in all, with a random seed that is printed.
// Options: --runs N (in all), --seed N (repeats a run), and the files that are meant, all unless told.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = dirname(import.meta.dirname);
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const wanted = Number(values.runs);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isInteger(wanted) || wanted < 1 || !Number.isInteger(seed)) {
  console.error('--runs and --seed: whole numbers, as in --runs 100000 --seed 42');
  process.exit(2);
}
const files =
  positionals.length > 0
    ? positionals
    : globSync('src/**/*.properties.test.ts', { cwd: root }).map((file) => join(root, file));

const started = performance.now();
const count = runAll(1).passed;
const each = Math.ceil(wanted / Math.max(1, count));
console.log(
  `seed ${seed}: ${count} properties, ${each} runs each; again: npm run properties -- --seed ${seed} --runs ${wanted}`,
);
const { output, status, passed, runs } = runAll(each);
if (status !== 0)
  console.log(
    output
      .split('\n')
      .filter((line) => !/^\s*(?:ok |# (?:Subtest|\d+ runs))/.test(line))
      .join('\n'),
  );
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`${passed} properties held in ${runs} runs, ${count - passed} did not (seed ${seed}, ${seconds} s)`);
process.exitCode = status === 0 && count > 0 ? 0 : 1;

/** Runs every property `times` times. */
function runAll(times: number): { output: string; status: number | null; passed: number; runs: number } {
  const env = { ...process.env, GUEST_INIT_PROPERTY_RUNS: String(times), GUEST_INIT_PROPERTY_SEED: String(seed) };
  const argv = ['--test', '--test-concurrency=2', '--test-reporter=tap', ...files];
  const { stdout, status } = spawnSync(process.execPath, argv, {
    ...{ cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told = [...stdout.matchAll(/^\s*# (\d+) runs of a property$/gm)].map(([, number]) => Number(number));
  return { output: stdout, status, passed: told.length, runs: told.reduce((sum, number) => sum + number, 0) };
}
