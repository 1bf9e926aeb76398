// Runs a tool of the shadow suite. Secrets go in by standard input; a complaint of the tool comes out as AgentError.

import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure, withoutSecret } from '../host/commands.ts';
import type { Host } from '../host/host.ts';

/** Runs `argv`; throws with the tool's last line when it is missing or fails. `input` is `NAME:SECRET`, of which the error has the name. */
export function runAccountTool(host: Host, argv: readonly string[], options: { input?: string } = {}): void {
  const [name = ''] = argv;
  requireTool(host, name);
  const result = host.run(argv, options);
  if (result.status === 0) return;
  const secret = options.input?.slice(options.input.indexOf(':') + 1).trim() ?? '';
  throw new AgentError(exitCodes.internal, describeFailure(name, withoutSecret(result, secret)));
}

/**
 * Runs several `useradd` for less than as many runAccountTool, until one fails. Gives how many were done and why the next one was not;
 * no reason where time ran out or something ended it, which says nothing about that one alone. `completed` is then the least.
 */
export function addUsersInTurn(
  host: Host,
  argvs: readonly (readonly string[])[],
): { readonly completed: number; readonly error?: AgentError } {
  const result = host.runInTurn(argvs, { countsAtEnd: true, timeoutMs: Math.max(leastMs, argvs.length * msForEach) });
  const { completed, status } = result;
  if (status === 0 || status === null || status > lastOwnStatus) return { completed };
  return { completed, error: new AgentError(exitCodes.internal, describeFailure('useradd', result)) };
}

/** Above it sh(1) tells of a signal. */
const lastOwnStatus = 127;
/** One by one each has a minute; a slow disk may need a second for each, and one that hangs holds up those after it. */
const leastMs = 60_000;
const msForEach = 2000;

/** Throws when the guest lacks a tool of the shadow suite, naming what would bring it. */
export function requireTool(host: Host, name: string): void {
  if (host.which(name) !== undefined) return;
  const busybox = host.which('busybox') === undefined ? '' : "; BusyBox's own account commands are not used";
  throw new AgentError(exitCodes.internal, `${name} is not installed${busybox}`, {
    hint: `install the package that holds ${name}: passwd (Debian, Ubuntu), shadow-utils (Fedora, RHEL), shadow (SUSE, Alpine, Arch)`,
  });
}
