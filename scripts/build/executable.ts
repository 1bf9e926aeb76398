// Makes the single executable: a stripped copy of the pinned Node, into which the program is injected in parts, each with its code cache.
// The order matters: stripping after the injection gives a binary that dies with SIGSEGV.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Bundle } from './bundle.ts';
import { findTarget, nodeOf, type Target } from './target.ts';

/**
 * Makes a code cache bit-identical. It is not part of V8's flag hash; --hash-seed is, and the finished program would reject the cache
 * without a word.
 */
const fixedSeed = '--random-seed=42';

/**
 * For a run of some fifty milliseconds; none is part of V8's flag hash, which would cost the code caches, ours and Node's own (ADR 28).
 * One thread besides the main one: more are not made before the end. No collection and no compiler on it: where both threads want one lock,
 * the library that V8 has it from may first measure the clock, by sleeping 3 ms. 8 MiB before the first collection. A seed from which the
 * three primes that V8 hashes strings with are found at the first tries: 2 ms. And no thread that waits for a signal to open a debugger, 0.7 ms,
 * which nobody shall do with a process of root anyway.
 */
const execArgv = [
  '--v8-pool-size=1',
  '--single-threaded-gc',
  '--no-concurrent-sparkplug',
  '--min-semi-space-size=8',
  '--random-seed=154',
  '--disable-sigusr1',
];

/** The marker that Node looks for to learn that it has been injected (Node's documentation of single executables). */
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface ExecutableOptions {
  root: string;
  /** Where the executable is written. */
  folder: string;
  parts: Bundle['parts'];
  outName: string;
  /** Files to carry, absolute, by the names under which the program asks for them. */
  assets?: Readonly<Record<string, string>>;
  /** Default: this machine's processor. */
  target?: Target;
}

export interface Executable {
  file: string;
  /** Bytes of the code caches in it, with the blob's few dozen bytes of framing. */
  codeCacheBytes: number;
}

/** Writes the executable `outName`; bit-identical for identical input. */
export function buildExecutable(options: ExecutableOptions): Executable {
  const { root, folder, parts, outName, assets = {}, target = findTarget(root) } = options;
  const executable = join(folder, outName);
  const config = join(folder, 'sea-config.json');
  const blob = join(folder, 'sea.blob');
  const main = 'main.js';
  writeFileSync(join(folder, main), alignNext(parts.first));
  const carried = { ...assets, ...cacheParts(target, folder, parts.others) };
  // Relative names, and the folder as working directory: the blob records the name of the script as it is given here.
  writeFileSync(
    config,
    JSON.stringify({
      main,
      output: basename(blob),
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: true,
      execArgvExtension: 'none',
      execArgv,
      assets: Object.fromEntries(Object.entries(carried).map(([name, file]) => [name, relative(folder, file)])),
    }),
  );
  runNode(target, [fixedSeed, '--experimental-sea-config', basename(config)], folder);
  copyFileSync(stripNode(root, target), executable);
  chmodSync(executable, 0o755);
  // By its command, not its API: it is an alpha that warns about section names on every ELF file; runTool keeps that quiet.
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
  runTool(
    process.execPath,
    [postject, basename(executable), 'NODE_SEA_BLOB', basename(blob), '--sentinel-fuse', sentinelFuse],
    folder,
  );
  const uncached = [join(folder, main), ...Object.values(carried).filter((file) => !file.endsWith('.cache'))];
  const codeCacheBytes = statSync(blob).size - uncached.reduce((sum, file) => sum + statSync(file).size, 0);
  for (const file of [config, blob, join(folder, main)]) rmSync(file);
  return { file: executable, codeCacheBytes };
}

/**
 * Pads the main script so that its code cache, which follows it in the blob, begins at a multiple of 8 bytes: any other V8 copies before it
 * reads it. test/contract/build.test.ts looks.
 */
function alignNext(script: string): string {
  return script.padEnd(Math.ceil(script.length / 8) * 8, '\n');
}

/** Compiles the parts that are no main script. Returns both files of each, absolute, by the names under which the program asks for them. */
function cacheParts(target: Target, folder: string, parts: Bundle['parts']['others']): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, code] of parts) {
    const script = join(folder, `${name}.js`);
    const cache = join(folder, `${name}.cache`);
    writeFileSync(script, code);
    runNode(target, [fixedSeed, '-e', compile, `${name}.js`, `${name}.cache`], folder);
    files[`${name}.js`] = script;
    files[`${name}.cache`] = cache;
  }
  return files;
}

const compile = `const { readFileSync, writeFileSync } = require('node:fs');
const [script, cache] = process.argv.slice(1);
const compiled = new (require('node:vm').Script)(readFileSync(script, 'latin1'), { filename: script });
writeFileSync(cache, compiled.createCachedData());`;

/** Returns a stripped copy of the Node binary, kept in node_modules/.cache between builds. */
function stripNode(root: string, target: Target): string {
  const { stdout } = runNode(target, ['--version'], root);
  const cache = join(root, 'node_modules', '.cache', 'guest-init');
  const stripped = join(cache, `node-${stdout.trim()}-${target.arch}-stripped`);
  if (existsSync(stripped)) return stripped;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${stripped}.${process.pid}`;
  runTool(target.strip, ['--strip-all', '-o', unfinished, nodeOf(target)], root);
  renameSync(unfinished, stripped);
  return stripped;
}

function runNode(target: Target, args: string[], cwd: string): { stdout: string } {
  const [command = '', ...rest] = [...target.emulator, nodeOf(target), ...args];
  return runTool(command, rest, cwd);
}

/** Runs a build tool with a clean environment (NODE_OPTIONS would leak into the blob); throws unless it exits with 0. */
function runTool(command: string, args: string[], cwd: string): { stdout: string } {
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', LC_ALL: 'C.UTF-8' },
  });
  if (result.error) throw new Error(`cannot run ${command}: ${result.error.message} (Debian package: binutils)`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${result.stderr}`);
  return { stdout: result.stdout };
}
