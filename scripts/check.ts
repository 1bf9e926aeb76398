// npm run check: every gate that a change must pass before it is handed in, one line a gate. No root, no network.
import { dirname } from 'node:path';
import { staticGates } from './gates/static-gates.ts';
import { runTier, tiers } from './gates/tiers.ts';

const root = dirname(import.meta.dirname);
const checkedTiers = ['unit', 'golden', 'contract'];

let failed = false;

for (const gate of staticGates) {
  const started = performance.now();
  const problem = gate.run(root);
  report({ name: gate.name, ms: performance.now() - started, problem });
}

for (const tier of tiers.filter(({ name }) => checkedTiers.includes(name))) {
  const { passed, failures, skips, ms } = await runTier(root, tier);
  const counts = `${passed} passed, ${failures.length} failed, ${skips.length} skipped`;
  const problem = failures.map(({ where, detail }) => `${where}\n${detail}`).join('\n\n');
  report({ name: tier.name, ms, problem, counts });
  for (const skip of skips) console.log(`  skipped ${skip}`);
}

process.exitCode = failed ? 1 : 0;

function report({ name, ms, problem, counts }: { name: string; ms: number; problem: string; counts?: string }): void {
  const seconds = (ms / 1000).toFixed(1).padStart(6);
  console.log(`${problem === '' ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${seconds} s${counts ? `  ${counts}` : ''}`);
  if (problem === '') return;
  failed = true;
  console.log(problem.replace(/^/gm, '  '));
}
