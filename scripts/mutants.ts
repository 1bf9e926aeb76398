// npm run mutants: plants one bug at a time in a copy of the tree and shows which test sees it. A bug that no test sees is exit 1.
// Options: --only TEXT (mutants whose name holds it), --no-sandbox (leave out those that need root and a build).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTier, type TierResult } from './gates/tiers.ts';
import { type Mutant, mutants } from './mutants/mutants.ts';

const root = dirname(import.meta.dirname);
/** Not copied: what is made from the rest, and what is linked. */
const leftOut = new Set(['node_modules', 'dist', '.git']);

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, 'no-sandbox': { type: 'boolean', default: false } },
});

const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());

const needsGuest = (file: string): boolean => /^test\/(sandbox|faults)\//.test(file);
const isSandboxed = ({ tests }: Mutant): boolean => tests.some(needsGuest);
const isRoot = process.getuid?.() === 0;
const chosen = mutants.filter(({ name }) => name.includes(values.only));
const skipped = chosen.filter((mutant) => isSandboxed(mutant) && (values['no-sandbox'] || !isRoot));
const planted = chosen.filter((mutant) => !skipped.includes(mutant));

const started = performance.now();
let survivors = 0;
try {
  // A test that fails without a bug would "catch" every one of them.
  const files = [...new Set(planted.flatMap(({ tests }) => tests))];
  const sound = await runIn({ tests: files }, () => {});
  if (sound.failures.length > 0) {
    throw new Error(`fails without any bug: ${sound.failures.map(({ where }) => where).join('; ')}`);
  }
  for (const mutant of planted) {
    if (controller.signal.aborted) break;
    const from = performance.now();
    const { failures } = await runIn(mutant, (copy) => plant(copy, mutant));
    const [first] = failures;
    if (first === undefined) survivors += 1;
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
    const verdict = first === undefined ? 'SURVIVED' : `caught by ${first.where}${more}`;
    console.log(`${mutant.name}: ${verdict}  [${((performance.now() - from) / 1000).toFixed(1)} s]`);
  }
  for (const { name } of skipped) console.log(`${name}: skipped, needs root and a build`);
  console.log(
    `${planted.length - survivors} caught, ${survivors} survived, ${skipped.length} skipped in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = survivors > 0 || planted.length === 0 || controller.signal.aborted ? 1 : 0;
} catch (error) {
  console.error(`mutants: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** Runs test files in a fresh copy of the tree, changed by `change`, and built where one of them runs the built program. */
async function runIn(
  { tests, names }: Pick<Mutant, 'tests' | 'names'>,
  change: (copy: string) => void,
): Promise<TierResult> {
  const copy = mkdtempSync(join(tmpdir(), 'guest-init-mutant-'));
  try {
    cpSync(root, copy, { recursive: true, filter: (path) => dirname(path) !== root || !leftOut.has(basename(path)) });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    change(copy);
    if (tests.some(needsGuest)) buildIn(copy);
    const tier = {
      ...{ name: 'mutant', patterns: tests, concurrency: 2, timeoutMs: 60_000, needsRoot: false },
      ...(names === undefined ? {} : { names }),
    };
    const result = await runTier(copy, tier, controller.signal);
    if (result.passed === 0 && result.failures.length === 0) throw new Error(`${tests.join(', ')} ran nothing here`);
    return result;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The pinned Node of the copy is a link; the build reads it and writes only below the copy. */
function buildIn(copy: string): void {
  const result = spawnSync(process.execPath, [join(copy, 'scripts/build.ts')], { cwd: copy, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`the build failed:\n${result.stdout}${result.stderr}`);
}

function plant(copy: string, { name, file, edits }: Mutant): void {
  const path = join(copy, file);
  let text = readFileSync(path, 'utf8');
  for (const { find, put } of edits) {
    const count = text.split(find).length - 1;
    if (count !== 1) throw new Error(`"${name}": ${JSON.stringify(find)} is ${count} times in ${file}, not once`);
    text = text.replace(find, () => put);
  }
  writeFileSync(path, text);
}
