// Runs what was built: the traps of bundling and of single executables are silent at build time.
import { spawnSync } from 'node:child_process';

export interface VerifyOptions {
  /** Program and leading arguments, such as ['dist/guest-init'] or ['node', 'dist/guest-init.cjs']. */
  command: [string, ...string[]];
  version: string;
}

/** Throws unless `--version` exits with 0 and names the version. */
export function verifyVersion({ command, version }: VerifyOptions): void {
  const [program, ...args] = command;
  const result = spawnSync(program, [...args, '--version'], { encoding: 'utf8', env: {}, timeout: 30_000 });
  if (result.error) throw new Error(`${program} --version: ${result.error.message}`);
  if (result.status !== 0 || !result.stdout.includes(version)) {
    const end = result.signal ?? `exit code ${result.status}`;
    throw new Error(`${program} --version: ${end}, printed ${JSON.stringify(result.stdout)}\n${result.stderr}`);
  }
}

/**
 * Returns what the executable says when it refuses a code cache embedded in it, as it does when any V8 flag or the version differs between
 * build and run; empty when it accepts those that `--version` needs: of the main script and of one part. An executable without a cache is
 * silent too.
 * `emulator`: what runs it here, when it is for another processor.
 */
export function readCodeCacheRejection(executable: string, emulator: readonly string[] = []): string {
  const env = { NODE_DEBUG_NATIVE: 'SEA' };
  const [command = '', ...args] = [...emulator, executable, '--version'];
  const result = spawnSync(command, args, { encoding: 'utf8', env, timeout: 30_000 });
  if (result.error) throw new Error(`${executable} --version: ${result.error.message}`);
  const lines = result.stderr.split('\n');
  return lines.filter((line) => /code cache.*reject/i.test(line)).join('\n');
}
