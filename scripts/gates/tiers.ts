// The tiers of tests, and how one is run: every file in a process of its own, counted from node:test's events.
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';

export interface Tier {
  name: string;
  patterns: readonly string[];
  /** Files run at the same time. */
  concurrency: number;
  /** Files that run first, one by one, because they measure. */
  alone?: readonly string[];
  /** Longest time for one test; a tier that is silent for twice as long is stopped. */
  timeoutMs: number;
  needsRoot: boolean;
  /** Only when it is asked for by name, because it takes long. */
  onDemand?: boolean;
  /** What the tests print is shown while they run: figures, and a sign of life. */
  showsOutput?: boolean;
  /** Only tests whose name matches; a file may then hold none. */
  names?: RegExp;
  /** Rows of a table, by the beginning of a test's name and by the file for tests that are named otherwise. */
  groups?: TierGroups;
}

export interface TierGroups {
  /** Group 1 of it is the row. */
  name: RegExp;
  /** Path relative to the repository root to row. */
  files: Readonly<Record<string, string>>;
}

/** Files of the sandbox tier that are rows of the fault matrix (reliability.md 4.3); `npm run test:faults` runs them as well. */
export const faultFiles: Readonly<Record<string, string>> = {
  'test/sandbox/drive.test.ts': 'F09',
  'test/sandbox/damage.test.ts': 'F10',
  'test/sandbox/hostile.test.ts': 'F11',
  'test/sandbox/network-faults.test.ts': 'F12',
  'test/sandbox/network-faults-segment.test.ts': 'F12',
};

export const tiers: readonly Tier[] = [
  {
    name: 'unit',
    patterns: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    concurrency: 2,
    timeoutMs: 120_000,
    needsRoot: false,
  },
  {
    name: 'golden',
    patterns: ['test/golden/**/*.test.ts', 'test/corpus/**/*.test.ts'],
    concurrency: 2,
    timeoutMs: 120_000,
    needsRoot: false,
  },
  { name: 'contract', patterns: ['test/contract/**/*.test.ts'], concurrency: 2, timeoutMs: 120_000, needsRoot: false },
  { name: 'sandbox', patterns: ['test/sandbox/*.test.ts'], concurrency: 2, timeoutMs: 300_000, needsRoot: true },
  {
    name: 'faults',
    patterns: ['test/faults/*.test.ts'],
    concurrency: 2,
    timeoutMs: 300_000,
    needsRoot: true,
    groups: { name: /^(F\d\d)\//, files: faultFiles },
  },
  // One file at a time: the first one makes the packages.
  { name: 'package', patterns: ['test/package/*.test.ts'], concurrency: 1, timeoutMs: 300_000, needsRoot: true },
  {
    name: 'browser',
    patterns: ['test/browser/*.test.ts'],
    concurrency: 1,
    timeoutMs: 300_000,
    needsRoot: true,
    // Its root, with Chromium, is a quarter of a gigabyte to fetch.
    onDemand: true,
  },
  {
    name: 'vm',
    patterns: ['test/vm/*.test.ts'],
    // A guest without acceleration waits for itself about a third of its boot.
    concurrency: 2,
    alone: ['test/vm/boot-time.test.ts'],
    timeoutMs: 900_000,
    needsRoot: true,
    onDemand: true,
    showsOutput: true,
  },
];

export interface Failure {
  /** `path:line name`, path relative to the repository root. */
  where: string;
  detail: string;
}

export interface TierResult {
  passed: number;
  failures: Failure[];
  /** One line a skipped test: its place, name and reason. */
  skips: string[];
  ms: number;
  /** By group, for a tier that has some. */
  rows?: Map<string, GroupRow>;
}

export interface GroupRow {
  passed: number;
  failed: number;
  /** Reasons. */
  skipped: string[];
}

/** Runs a tier's files. A tier without files, a file without tests and a `todo` test are failures. */
export async function runTier(root: string, tier: Tier, signal?: AbortSignal): Promise<TierResult> {
  const started = performance.now();
  const files = globSync([...tier.patterns], { cwd: root })
    .sort()
    .map((file) => join(root, file));
  const result: TierResult = { passed: 0, failures: [], skips: [], ms: 0, rows: new Map() };
  if (files.length === 0) {
    result.failures.push({ where: tier.name, detail: `no test file matches ${tier.patterns.join(', ')}` });
  } else if (tier.needsRoot && process.getuid?.() !== 0) {
    result.skips.push(...files.map((file) => `${relative(root, file)}: needs root`));
  } else {
    const isAlone = (file: string): boolean => tier.alone?.includes(relative(root, file)) ?? false;
    const shared = { root, tier, result, ...(signal === undefined ? {} : { signal }) };
    await collect({ ...shared, files: files.filter(isAlone), concurrency: 1 });
    await collect({ ...shared, files: files.filter((file) => !isAlone(file)), concurrency: tier.concurrency });
    if (result.passed + result.failures.length + result.skips.length === 0) {
      result.failures.push({ where: tier.name, detail: 'the files held no test' });
    }
  }
  result.ms = performance.now() - started;
  return result;
}

interface TestEvent {
  name: string;
  file?: string | undefined;
  line?: number | undefined;
  skip?: string | boolean | undefined;
  todo?: string | boolean | undefined;
  details: { type?: string | undefined; error?: Error | undefined; duration_ms?: number };
}

interface Collection {
  root: string;
  tier: Tier;
  files: string[];
  concurrency: number;
  result: TierResult;
  signal?: AbortSignal;
}

async function collect({ root, tier, files, concurrency, result, signal }: Collection): Promise<void> {
  if (files.length === 0) return;
  // Output of a file is shown only when something in it fails.
  const output = new Map<string, string>();
  const keepOutput = ({ file, message }: { file?: string | undefined; message: string }) => {
    if (file !== undefined) output.set(file, ((output.get(file) ?? '') + message).slice(-4000));
  };
  // node:test fails a test that takes too long but then waits for ever for a file that keeps its event loop busy.
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), tier.timeoutMs * 2);
  const stream = run({
    files,
    concurrency,
    timeout: tier.timeoutMs,
    ...(tier.names === undefined ? {} : { testNamePatterns: [tier.names] }),
    signal: signal === undefined ? silence.signal : AbortSignal.any([silence.signal, signal]),
  });
  stream.on('data', () => watchdog.refresh());
  stream.on('test:pass', (event: TestEvent) => countPass(event, { root, tier, result }));
  stream.on('test:fail', (event: TestEvent) => countFailure(event, { root, tier, result, output }));
  // An error after a test has ended is told only as a diagnostic.
  stream.on('test:diagnostic', ({ file, message }) => keepOutput({ file, message: `${message}\n` }));
  stream.on('test:stdout', keepOutput);
  if (tier.showsOutput) {
    stream.on('test:stdout', ({ message }) => process.stdout.write(message.replace(/^(?=.)/gm, '  ')));
    stream.on('test:pass', (event: TestEvent) => tellEnd(root, 'passed', event));
    stream.on('test:fail', (event: TestEvent) => tellEnd(root, 'failed', event));
  }
  stream.on('test:stderr', keepOutput);
  await new Promise<void>((resolve, reject) => {
    stream.on('end', resolve);
    stream.on('error', reject);
  });
  clearTimeout(watchdog);
  if (silence.signal.aborted) {
    const detail = `nothing happened for ${(tier.timeoutMs * 2) / 1000} s after the last event: stopped`;
    result.failures.push({ where: tier.name, detail });
  }
}

/** A sign of life of a tier whose tests take minutes. */
function tellEnd(root: string, how: string, event: TestEvent): void {
  if (isFileEvent(event) || event.details.type === 'suite' || event.skip) return;
  const seconds = ((event.details.duration_ms ?? 0) / 1000).toFixed(0);
  console.log(`  ${how} in ${seconds} s: ${describePlace(root, event)}`);
}

/** The event of a whole file carries the file's path as its name. */
function isFileEvent({ name, file }: TestEvent): boolean {
  return file !== undefined && name === file;
}

function describePlace(root: string, event: TestEvent): string {
  const file = event.file === undefined ? '' : relative(root, event.file);
  return isFileEvent(event) ? file : `${file}:${event.line ?? 0} ${event.name}`;
}

interface CountContext {
  root: string;
  tier: Tier;
  result: TierResult;
}

/** The row of a test in the table of its tier; one that counts for nothing when the tier has none. */
function findRow(event: TestEvent, { root, tier, result }: CountContext): GroupRow {
  const file = event.file === undefined ? '' : relative(root, event.file);
  const name = tier.groups?.name.exec(event.name)?.[1] ?? tier.groups?.files[file];
  const row = (name === undefined ? undefined : result.rows?.get(name)) ?? { passed: 0, failed: 0, skipped: [] };
  if (name !== undefined) result.rows?.set(name, row);
  return row;
}

function countPass(event: TestEvent, context: CountContext): void {
  const { root, tier, result } = context;
  const where = describePlace(root, event);
  if (event.skip !== undefined && event.skip !== false) {
    const reason = typeof event.skip === 'string' && event.skip !== '' ? event.skip : undefined;
    if (reason === undefined) result.failures.push({ where, detail: 'skipped without a reason' });
    else {
      result.skips.push(`${where}: ${reason}`);
      findRow(event, context).skipped.push(reason);
    }
  } else if (event.todo !== undefined && event.todo !== false) {
    result.failures.push({ where, detail: 'a todo test proves nothing: finish it or remove it' });
  } else if (isFileEvent(event)) {
    if (tier.names !== undefined) return;
    result.failures.push({ where, detail: 'the file holds no test' });
  } else if (event.details.type !== 'suite') {
    result.passed += 1;
    findRow(event, context).passed += 1;
  }
}

function countFailure(event: TestEvent, context: CountContext & { output: Map<string, string> }): void {
  const { root, result, output } = context;
  const error = event.details.error as (Error & { failureType?: string; cause?: unknown }) | undefined;
  // A parent fails because a child did: the child has been counted.
  if (error?.failureType === 'subtestsFailed') return;
  findRow(event, context).failed += 1;
  const cause = error?.cause instanceof Error ? error.cause : error;
  const printed = event.file === undefined ? undefined : output.get(event.file);
  const detail = [cause?.stack ?? cause?.message ?? String(error?.cause ?? 'failed')];
  if (printed !== undefined) detail.push('output of the file:', printed.trimEnd());
  if (event.file !== undefined) output.delete(event.file);
  result.failures.push({ where: describePlace(root, event), detail: detail.join('\n') });
}
