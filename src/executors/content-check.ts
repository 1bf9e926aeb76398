// Asks the program that will read a file whether it accepts the content, before the content becomes visible.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';

const checkTimeoutMs = 10_000;

/**
 * Throws AgentError naming `path` and the program's complaint when it refuses the content. Accepts where the program is not installed.
 * sudo reads no file of a folder whose name holds a dot, sshd none without `.conf`: a file left by a crash has no effect.
 */
export function checkContent(
  { path, content, check }: { path: string; content: Uint8Array | string; check: 'sudoers' | 'sshd' | 'apt' },
  host: Host,
): void {
  const ask = { sudoers: askVisudo, sshd: askSshd, apt: askApt }[check];
  const complaint = ask(path, content, host);
  if (complaint !== undefined) throw new AgentError(exitCodes.internal, `${path}: refused by ${complaint}`);
}

/**
 * `ops ALL=(ALL) NOPASSWD:ALL` and its like, sudoers(5), as every sudo has read it for decades: a process less for nearly all users. A name
 * in capitals would be an alias, and `#` before anything but a space no comment.
 */
const plainRight = /^(?:# .*|[a-z_][a-z0-9_-]* ALL ?= ?(?:\(ALL(?: ?: ?ALL)?\) ?)?(?:NOPASSWD: ?)?ALL)$/;

function askVisudo(_: string, content: Uint8Array | string, host: Host): string | undefined {
  const visudo = host.which('visudo');
  if (visudo === undefined) return undefined;
  const input = typeof content === 'string' ? content : new TextDecoder().decode(content);
  if (
    input.endsWith('\n') &&
    input
      .slice(0, -1)
      .split('\n')
      .every((line) => plainRight.test(line))
  )
    return undefined;
  const result = host.run([visudo, '-cf', '-'], { input, timeoutMs: checkTimeoutMs });
  return result.status === 0
    ? undefined
    : `visudo: ${firstLine(result.stderr) ?? firstLine(result.stdout) ?? 'no reason given'}`;
}

function askSshd(path: string, content: Uint8Array | string, host: Host): string | undefined {
  const sshd = host.which('sshd');
  if (sshd === undefined) return undefined;
  // Not by standard input: that is a socket here, which sshd cannot open by name.
  const trial = `${path.slice(0, path.lastIndexOf('/'))}/.guest-init-check`;
  host.writeFile(trial, content, { mode: 0o600, uid: 0, gid: 0 });
  try {
    const result = host.run([sshd, '-t', '-f', trial], { timeoutMs: checkTimeoutMs });
    if (result.status === 0) return undefined;
    // At first boot sshd also fails for want of host keys or of /run/sshd: only what it says of a line of the file counts.
    const fault = `${result.stderr}\n${result.stdout}`
      .split('\n')
      .find((line) => /\bline \d+\b|bad configuration option/i.test(line));
    return fault === undefined ? undefined : `sshd: ${cut(fault.replaceAll(trial, 'its'))}`;
  } finally {
    host.remove(trial);
  }
}

/** Settings that apt cannot read stop every call of it. It reads no file whose name begins with a dot. */
function askApt(path: string, content: Uint8Array | string, host: Host): string | undefined {
  const tool = host.which('apt-config');
  if (tool === undefined) return undefined;
  const trial = `${path.slice(0, path.lastIndexOf('/'))}/.guest-init-check`;
  host.writeFile(trial, content, { mode: 0o600, uid: 0, gid: 0 });
  try {
    const result = host.run([tool, 'dump', 'APT::Architecture'], {
      env: { APT_CONFIG: trial },
      timeoutMs: checkTimeoutMs,
    });
    const fault = result.stderr.split('\n').find((line) => line.startsWith('E: ') && line.includes(trial));
    return fault === undefined ? undefined : `apt: ${cut(fault.replace(`${trial}:`, 'its line '))}`;
  } finally {
    host.remove(trial);
  }
}

function firstLine(text: string): string | undefined {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line === '' ? undefined : cut(line);
}

function cut(text: string): string {
  return text.trim().slice(0, 200);
}
