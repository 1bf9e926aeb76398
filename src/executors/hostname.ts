// The name of the guest: /etc/hostname for the next boots, the kernel's for this one.

import type { HostnameAction } from '../core/action.ts';
import { AgentError } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Applied, Change, Executor, Inspection } from './executor.ts';

const path = '/etc/hostname';
const kernelPath = '/proc/sys/kernel/hostname';

export const hostname: Executor<HostnameAction> = { inspect: inspectHostname, apply: applyHostname };

function inspectHostname(action: HostnameAction, host: Host): Inspection {
  try {
    const changes: Change[] = [];
    const file = readName(path, host);
    if (needsFile(action, host)) {
      const added = [`+${action.name}`];
      changes.push({
        op: file === undefined ? '+' : '~',
        what: path,
        diff: file === undefined ? added : [`-${file}`, ...added],
      });
    }
    const kernel = host.live ? readName(kernelPath, host) : action.name;
    if (kernel !== action.name) changes.push({ op: '~', what: `host name ${kernel ?? 'unknown'} -> ${action.name}` });
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  } catch (error) {
    const reason = error instanceof AgentError ? error.message : `${path}: cannot be seen`;
    return { state: 'unknown', changes: [{ op: '~', what: reason }] };
  }
}

function applyHostname(action: HostnameAction, host: Host): Applied | undefined {
  const { name } = action;
  const isWritten = needsFile(action, host);
  if (isWritten) host.writeFile(path, `${name}\n`, { mode: 0o644, uid: 0, gid: 0 });
  // The file of the variable, not hostnamectl: that waits for a bus which is not there early in the boot.
  if (host.live && readName(kernelPath, host) !== name) host.writeKernelVariable(kernelPath, name);
  return isWritten ? { made: [{ path }] } : undefined;
}

function needsFile({ name, createFile }: HostnameAction, host: Host): boolean {
  const present = host.readText(path);
  if (present === undefined) return createFile !== false;
  return readName(path, host) !== name;
}

/** hostname(5): the first line that is no comment. */
function readName(from: string, host: Host): string | undefined {
  return host
    .readText(from)
    ?.split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'));
}
