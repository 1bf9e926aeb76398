// The last wish of user_data: decided inside the run, done behind it. Never twice for one instance: the step is in the record by then.

import type { PowerStateAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { stateDirectory } from '../state/record.ts';
import { exec } from './exec.ts';
import type { Applied, ApplyContext, Executor } from './executor.ts';

export const powerState: Executor<PowerStateAction> = {
  inspect(action) {
    return { state: 'unknown', changes: [{ op: '~', what: action.argv.join(' ') }] };
  },

  async apply(action, host, context) {
    const { argv, mode, timeoutMs, condition } = action;
    const [name = '', ...words] = argv;
    const path = host.which(name);
    if (path === undefined) throw new AgentError(exitCodes.internal, `${name}: command not found`);
    if (mode === 'reboot' && isInMemory(host)) {
      throw new AgentError(exitCodes.internal, `${stateDirectory} is kept in memory: the guest would reboot for ever`, {
        hint: 'put /var/lib on a disk, or leave power_state out',
      });
    }
    const refusal = condition === undefined ? undefined : await ask(condition, host, context);
    if (refusal !== undefined)
      return { ...refusal, message: `condition not met (exited ${refusal.exitCode})`, idle: true };
    return { message: 'when this run has ended', afterRun: { argv: [path, ...words], timeoutMs } };
  },
};

/** What the command of the user did, unless it ended with 0. One that was killed or ran out of time is no answer. */
async function ask(
  command: NonNullable<PowerStateAction['condition']>,
  host: Host,
  context: ApplyContext,
): Promise<Applied | undefined> {
  const { exitCode, tail, failed } = {
    ...(await exec.apply({ kind: 'exec', label: 'condition', command }, host, context)),
  };
  if (exitCode === 0) return undefined;
  if (exitCode === undefined)
    throw new AgentError(exitCodes.internal, `condition: ${failed ?? 'ended in an unknown way'}`);
  return { exitCode, ...(tail === undefined ? {} : { tail }) };
}

/** proc(5), mounts: the last of the longest that holds the folder of the record. */
function isInMemory(host: Host): boolean {
  let best = { path: '', type: '' };
  for (const line of (host.readText('/proc/self/mounts') ?? '').split('\n')) {
    const [, path = '', type = ''] = line.split(' ');
    const isHolding = path === '/' || stateDirectory === path || stateDirectory.startsWith(`${path}/`);
    if (path !== '' && isHolding && path.length >= best.path.length) best = { path, type };
  }
  return best.type === 'tmpfs' || best.type === 'ramfs';
}
