// What must hold of the built program whatever it does: nothing in it that was not chosen, nothing that lets the
// environment run code as root, its code cache in use, its size within bounds, and the same bytes from any folder.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Metafile } from 'esbuild';
import { readCodeCacheRejection } from '../../scripts/build/verify.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';

const { executable, bundle, metafile, info } = requireBuiltProgram();

/** Our dependencies and all that they bring into the bundle. A new name here is a new supplier: say why in the change. */
const allowedPackages = new Set([
  // execa and what it is made of
  ...['execa', '@sec-ant/readable-stream', '@sindresorhus/merge-streams', 'figures', 'get-stream', 'human-signals'],
  ...['is-plain-obj', 'is-stream', 'is-unicode-supported', 'npm-run-path', 'parse-ms', 'path-key', 'pretty-ms'],
  ...['signal-exit', 'strip-final-newline', 'unicorn-magic', 'which-command', 'yoctocolors'],
  // pino
  ...['pino', '@pinojs/redact', 'atomic-sleep', 'on-exit-leak-free', 'pino-abstract-transport', 'pino-std-serializers'],
  ...['process-warning', 'quick-format-unescaped', 'real-require', 'safe-stable-stringify', 'sonic-boom', 'split2'],
  'thread-stream',
  // yargs; its string-width is replaced by ours
  ...['yargs', 'yargs-parser', 'y18n', 'cliui', 'escalade', 'get-caller-file', 'wrap-ansi', 'ansi-styles'],
  ...['ansi-regex', 'strip-ansi', 'emoji-regex', 'get-east-asian-width'],
  'js-yaml',
  // digests of small files, without node:crypto
  '@noble/hashes',
  'systeminformation',
  'valibot',
  // The editor schema, by guest-init schema.
  '@valibot/to-json-schema',
]);

/** systeminformation asks for these on macOS only, inside try; the executable's require knows Node's modules alone. */
const neverReached = ['osx-temperature-sensor', 'macos-temperature-sensor'];

const packageBudgetKiB = 1020;
const ownBudgetKiB = 1080;

function readBundleOutput(): Metafile['outputs'][string] {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  const found = Object.entries(outputs).find(([name]) => name.endsWith('.cjs'));
  assert.ok(found, 'the metafile describes no bundle');
  return found[1];
}

/** The innermost package that a bundled file belongs to; undefined for our own files. */
function findPackage(input: string): string | undefined {
  const inner = input.split('node_modules/');
  if (inner.length === 1) return undefined;
  const [scope, name] = (inner.at(-1) ?? '').split('/');
  return scope?.startsWith('@') ? `${scope}/${name}` : scope;
}

test('dist/build.json describes the files beside it', () => {
  assert.deepEqual(info.programs.map(({ name }) => name).sort(), ['guest-init', 'guest-init.cjs']);
  for (const { name, sha256 } of info.programs) {
    const content = readFileSync(join(dirname(bundle), name));
    assert.equal(createHash('sha256').update(content).digest('hex'), sha256, name);
  }
});

test('both programs run with an empty environment and name the version and build', () => {
  for (const [program, ...args] of [[executable], [process.execPath, bundle]] as [string, ...string[]][]) {
    const result = spawnSync(program, [...args, '--version'], { encoding: 'utf8', env: {} });
    assert.equal(result.stderr, '', basename(program));
    assert.equal(result.status, 0, basename(program));
    assert.match(result.stdout, new RegExp(`\\b${info.version.replaceAll('.', '\\.')}\\b`), basename(program));
    assert.ok(result.stdout.includes(info.buildId), `${basename(program)} does not name build ${info.buildId}`);
  }
});

test('the bundle holds allow-listed packages only', () => {
  const packages = new Set(Object.keys(readBundleOutput().inputs).map(findPackage));
  packages.delete(undefined);
  assert.deepEqual([...packages].filter((name) => !allowedPackages.has(name ?? '')).sort(), []);
});

test('the bundle requires nothing but modules of Node at run time', () => {
  const external = readBundleOutput().imports.filter(({ external }) => external);
  assert.ok(external.length > 0, 'the metafile lists no external import at all');
  assert.deepEqual(
    external.map(({ path }) => path).filter((path) => !isBuiltin(path) && !neverReached.includes(path)),
    [],
  );
});

test('the Unicode tables of string-width are replaced', () => {
  const inputs = Object.keys(readBundleOutput().inputs);
  assert.ok(!inputs.some((input) => findPackage(input) === 'string-width'));
});

test('the bundle stays within its size budget', () => {
  let packages = 0;
  let own = 0;
  for (const [input, { bytesInOutput }] of Object.entries(readBundleOutput().inputs)) {
    if (findPackage(input) === undefined) own += bytesInOutput;
    else packages += bytesInOutput;
  }
  assert.ok(own > 0, 'nothing of our own is in the bundle');
  assert.ok(packages <= packageBudgetKiB * 1024, `packages take ${Math.round(packages / 1024)} KiB`);
  assert.ok(own <= ownBudgetKiB * 1024, `our own code takes ${Math.round(own / 1024)} KiB`);
});

test('the bundle names no folder of the machine that built it', () => {
  for (const file of [bundle, metafile]) {
    assert.ok(!readFileSync(file, 'utf8').includes(repositoryRoot), basename(file));
  }
});

test('the executable accepts its code cache', () => {
  assert.ok(info.codeCacheBytes > 4096, `${info.codeCacheBytes} bytes of code cache`);
  assert.equal(readCodeCacheRejection(executable), '');
});

test('V8 can read the code cache where it lies', () => {
  const program = readFileSync(executable);
  const script = program.indexOf('__load("./main.js");\n');
  const start = program.indexOf(Buffer.from([0xde, 0xc0]), script) - 2;
  assert.ok(script > 0 && start - script < 64, 'V8 begins a code cache with this mark, and it follows the script');
  assert.equal(start % 8, 0, 'segments are mapped by pages, so that an address is as even as its place in the file');
});

test('NODE_OPTIONS cannot make the executable run foreign code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-canary-'));
  try {
    const canary = join(folder, 'canary.cjs');
    const trace = join(folder, 'trace');
    writeFileSync(canary, `require('node:fs').writeFileSync(${JSON.stringify(trace)}, '');`);
    const env = { NODE_OPTIONS: `--require ${canary}` };
    const plain = spawnSync(process.execPath, [bundle, '--version'], { env });
    assert.equal(plain.status, 0);
    assert.ok(existsSync(trace), 'the canary does not even work on plain Node: this test would prove nothing');
    rmSync(trace);
    const sealed = spawnSync(executable, ['--version'], { env });
    assert.equal(sealed.status, 0);
    assert.ok(!existsSync(trace), 'the canary ran');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Runs sh(1) with the executable as $0; more than a pipe holds is written where nobody reads. */
function runInShell(script: string): { stdout: string; stderr: string } {
  return spawnSync('/bin/sh', ['-c', script, executable], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
}

test('a slow reader gets the whole output, and one that has gone none', () => {
  const { stdout, stderr } = runInShell('"$0" schema | { sleep 0.5; wc -c; }; "$0" schema | true');
  assert.equal(Number(stdout), statSync(join(repositoryRoot, 'docs/cloud-config.schema.json')).size);
  assert.equal(stderr, '');
});

test('an output that cannot be written is told of in one line', () => {
  const script = 'for words in schema --version "completion bash"; do "$0" $words >/dev/full; echo $?; done';
  const { stdout, stderr } = runInShell(script);
  assert.equal(stderr, 'guest-init: the standard output cannot be written to (ENOSPC)\n'.repeat(3));
  assert.equal(stdout, '1\n1\n1\n');
});

test('no signal opens a debugger, or ends what is under way', () => {
  const script =
    '{ "$0" schema & sleep 0.5; kill -USR1 $!; sleep 0.1; kill -USR1 $!; wait $!; echo $? >&2; } | sleep 1';
  assert.equal(runInShell(script).stderr, '0\n');
});

test('flags of Node on the command line are arguments of ours', () => {
  const result = spawnSync(executable, ['--eval=console.log("canary"+"-ran")', '--version'], {
    encoding: 'utf8',
    env: {},
  });
  assert.ok(!result.stdout.includes('canary-ran'), result.stdout);
});
