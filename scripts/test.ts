// npm test: builds, then runs the static gates and every tier of tests that this machine can run. The last line is
// `N passed, N failed, N skipped`. Options: --tier check,unit,golden,contract,sandbox,faults,package,browser,vm; of the tier faults: --whole
// (every case, not a sample), --only F01/minimal/reboot/fsync/etc/1 (a case, or all that begin so).
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectFaults } from './gates/fault-selection.ts';
import { formatFaultTable } from './gates/fault-table.ts';
import { staticGates } from './gates/static-gates.ts';
import { runTier, type Tier, type TierResult, tiers } from './gates/tiers.ts';

const root = dirname(import.meta.dirname);
const tierNames = ['check', ...tiers.map(({ name }) => name)];
const usualTiers = ['check', ...tiers.filter(({ onDemand }) => !onDemand).map(({ name }) => name)];
/** Tiers that run the built program. */
const builtTiers = ['contract', 'sandbox', 'faults', 'package', 'browser', 'vm'];

const { values } = parseArgs({
  options: {
    tier: { type: 'string', default: usualTiers.join(',') },
    whole: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
if (values.only !== undefined && !/^F\d\d(\/|$)/.test(values.only)) {
  console.error(`--only ${values.only}: it begins with a group of the fault matrix, such as F01 or F01/minimal`);
  process.exit(2);
}
const wanted = values.tier.split(',');
const unknown = wanted.filter((name) => !tierNames.includes(name));
if (unknown.length > 0) {
  console.error(`no such tier: ${unknown.join(', ')}; there are ${tierNames.join(', ')}`);
  process.exit(2);
}

const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());

const results: TierResult[] = [];
if (wanted.some((name) => builtTiers.includes(name))) record('build', runBuild());
if (wanted.includes('check')) record('check', runStaticGates());
for (const tier of tiers) {
  if (wanted.includes(tier.name) && !controller.signal.aborted) {
    record(tier.name, await runTier(root, select(tier), controller.signal));
  }
}

const failed = sum((result) => result.failures.length);
console.log(
  `${sum((result) => result.passed)} passed, ${failed} failed, ${sum((result) => result.skips.length)} skipped`,
);
process.exitCode = failed > 0 || controller.signal.aborted ? 1 : 0;

function select(tier: Tier): Tier {
  if (tier.name !== 'faults') return tier;
  const { whole, only } = values;
  // Read by test/faults/engine/matrix.ts in the processes of the files.
  process.env['GUEST_INIT_FAULTS'] = whole || only !== undefined ? 'whole' : 'sample';
  return selectFaults(tier, { whole, ...(only === undefined ? {} : { only }) });
}

function runBuild(): TierResult {
  const started = performance.now();
  const result = spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')], { cwd: root, encoding: 'utf8' });
  const failures = result.status === 0 ? [] : [{ where: 'build', detail: `${result.stdout}${result.stderr}` }];
  return { passed: failures.length === 0 ? 1 : 0, failures, skips: [], ms: performance.now() - started };
}

function runStaticGates(): TierResult {
  const started = performance.now();
  const result: TierResult = { passed: 0, failures: [], skips: [], ms: 0 };
  for (const gate of staticGates) {
    const detail = gate.run(root);
    if (detail === '') result.passed += 1;
    else result.failures.push({ where: gate.name, detail });
  }
  result.ms = performance.now() - started;
  return result;
}

function record(name: string, result: TierResult): void {
  results.push(result);
  const { passed, failures, skips, ms } = result;
  const counts = `${passed} passed, ${failures.length} failed, ${skips.length} skipped`;
  console.log(`${name.padEnd(9)} ${counts} (${(ms / 1000).toFixed(1)} s)`);
  if (result.rows !== undefined && result.rows.size > 0) {
    for (const line of formatFaultTable(result.rows)) console.log(`  ${line}`);
  }
  for (const { where, detail } of failures) console.log(`  FAILED ${where}\n${detail.replace(/^/gm, '    ')}`);
  for (const skip of skips) console.log(`  skipped ${skip}`);
}

function sum(count: (result: TierResult) => number): number {
  return results.reduce((total, result) => total + count(result), 0);
}
