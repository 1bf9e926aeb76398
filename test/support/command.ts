// Runs a tool of the test machine: argv only, output captured, a failure says what the tool said.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** The environment that every tool and every guest command gets: nothing of the developer's own. */
export const plainEnv: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  HOME: '/root',
};

/** Standard output of `argv`; throws with its standard error unless it exits 0. */
export function runTool(argv: readonly string[], options: { input?: string; timeoutMs?: number } = {}): string {
  const result = tryTool(argv, options);
  if (result.error !== undefined) throw new Error(`cannot run ${argv[0]}: ${result.error.message}`);
  if (result.status !== 0) {
    throw new Error(`${argv.join(' ')} ended with ${result.status ?? result.signal}: ${result.stderr.trim()}`);
  }
  return result.stdout;
}

/** As runTool, for callers that want the exit status. */
export function tryTool(
  argv: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): SpawnSyncReturns<string> {
  const [command = '', ...args] = argv;
  return spawnSync(command, args, {
    encoding: 'utf8',
    env: plainEnv,
    maxBuffer: 64 * 1024 * 1024,
    timeout: options.timeoutMs ?? 600_000,
    ...(options.input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input: options.input }),
  });
}

/** Whether a tool can be found in the system folders. */
export function hasTool(name: string): boolean {
  return tryTool(['sh', '-c', 'command -v "$1"', 'sh', name]).status === 0;
}
