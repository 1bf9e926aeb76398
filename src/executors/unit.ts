// Units of systemd that user_data names, by systemctl(1). Jobs are queued, never waited for: a unit may be ordered after this very run.

import type { UnitAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import { findUnitFile } from '../host/unit-files.ts';
import type { Applied, Executor, Inspection } from './executor.ts';

const timeoutMs = 30_000;

export const unit: Executor<UnitAction> = { inspect: inspectUnit, apply: applyUnit };

function inspectUnit(action: UnitAction, host: Host): Inspection {
  const { unit: name, verb } = action;
  if (verb === 'unmask') {
    const mask = findMask(name, host);
    return mask === undefined ? { state: 'same' } : { state: 'differs', changes: [{ op: '-', what: mask }] };
  }
  if (!isManaged(host) || (action.optional && !isThere(name, host))) return { state: 'same' };
  if (isAlready(action, host)) return { state: 'same' };
  const what = `${verb === 'enable' && action.runtime ? 'enable --runtime' : verb} ${name}`;
  return { state: 'unknown', changes: [{ op: '~', what }] };
}

function applyUnit(action: UnitAction, host: Host): Applied | undefined {
  const { unit: name, verb } = action;
  if (verb === 'unmask') {
    const mask = findMask(name, host);
    if (mask !== undefined) host.remove(mask);
    return mask === undefined ? undefined : { forgotten: [mask] };
  }
  const missing = action.requires?.find((path) => host.stat(path) === undefined);
  if (missing !== undefined) {
    const hint = 'see the step that writes it: guest-init status';
    throw new AgentError(exitCodes.internal, `${name}: not told to ${verb}, ${missing} is missing`, { hint });
  }
  const argv =
    verb === 'enable'
      ? ['systemctl', '--no-reload', ...(action.runtime ? ['--runtime'] : []), '--force', 'enable', name]
      : ['systemctl', '--no-block', verb, name];
  const result = host.run(argv, { timeoutMs });
  if (result.status !== 0)
    throw new AgentError(exitCodes.internal, `${name}: ${describeFailure(`systemctl ${verb}`, result)}`);
  return { message: verb === 'enable' ? `${name} enabled` : `${name} told to ${verb}` };
}

/** Whether a systemd runs that can be asked. */
function isManaged(host: Host): boolean {
  return host.live && host.stat('/run/systemd/system') !== undefined;
}

function isThere(name: string, host: Host): boolean {
  return findUnitFile(name, host) !== undefined;
}

/** Starting what runs, stopping what does not, enabling what is enabled: nothing to do. */
function isAlready({ unit: name, verb }: UnitAction, host: Host): boolean {
  if (verb === 'enable') return host.run(['systemctl', 'is-enabled', name], { timeoutMs }).status === 0;
  if (verb !== 'start' && verb !== 'stop') return false;
  const { stdout } = host.run(['systemctl', 'is-active', name], { timeoutMs });
  return verb === 'start' ? stdout.trim() === 'active' : /^(?:inactive|failed|unknown)$/.test(stdout.trim());
}

/** A mask in /run: a link to /dev/null, or an empty file. What says something is left. */
function findMask(name: string, host: Host): string | undefined {
  const path = `/run/systemd/system/${name}`;
  const stat = host.stat(path);
  const isMask =
    stat?.kind === 'symlink' ? host.readLink(path) === '/dev/null' : stat?.kind === 'file' && stat.size === 0;
  return isMask ? path : undefined;
}
