// Makes the single executable: a stripped copy of the pinned Node with the bundle and its code cache injected.
// The order matters: stripping after the injection gives a binary that dies with SIGSEGV.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { findTarget, nodeOf, type Target } from './target.ts';

/** The marker that Node looks for to learn that it has been injected (Node's documentation of single executables). */
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface ExecutableOptions {
  root: string;
  /** The bundle to embed; the executable is written beside it. */
  bundle: string;
  outName: string;
  /** Files to carry, absolute, by the names under which the program asks for them. */
  assets?: Readonly<Record<string, string>>;
  /** Default: this machine's processor. */
  target?: Target;
}

export interface Executable {
  file: string;
  /** Bytes of the code cache in it, with the blob's few dozen bytes of framing. */
  codeCacheBytes: number;
}

/** Writes the executable `outName` beside the bundle; bit-identical for identical input. */
export function buildExecutable(options: ExecutableOptions): Executable {
  const { root, bundle, outName, assets = {}, target = findTarget(root) } = options;
  const folder = dirname(bundle);
  const executable = join(folder, outName);
  const config = join(folder, 'sea-config.json');
  const blob = join(folder, 'sea.blob');
  // Relative names, and the folder as working directory: the blob records the name of the script as it is given here.
  writeFileSync(
    config,
    JSON.stringify({
      main: basename(bundle),
      output: basename(blob),
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: true,
      execArgvExtension: 'none',
      assets: Object.fromEntries(Object.entries(assets).map(([name, file]) => [name, relative(folder, file)])),
    }),
  );
  // A fixed random seed makes the code cache bit-identical. It is not part of V8's flag hash; --hash-seed is, and the
  // finished program would reject the cache without a word.
  runNode(target, ['--random-seed=42', '--experimental-sea-config', basename(config)], folder);
  copyFileSync(stripNode(root, target), executable);
  chmodSync(executable, 0o755);
  // By its command, not its API: it is an alpha that warns about section names on every ELF file; runTool keeps that quiet.
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
  runTool(
    process.execPath,
    [postject, basename(executable), 'NODE_SEA_BLOB', basename(blob), '--sentinel-fuse', sentinelFuse],
    folder,
  );
  const carried = [bundle, ...Object.values(assets)].reduce((sum, file) => sum + statSync(file).size, 0);
  const codeCacheBytes = statSync(blob).size - carried;
  rmSync(config);
  rmSync(blob);
  return { file: executable, codeCacheBytes };
}

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
