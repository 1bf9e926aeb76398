// A running service told about new configuration, by systemctl(1) without waiting: a wait inside the boot can be a wait for ourselves.
// Whether the configuration changed at all is the pipeline's question.

import type { ServiceAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';

const unitFolders = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

export const service: Executor<ServiceAction> = {
  inspect(action, host) {
    const unit = findUnit(action, host);
    return unit === undefined
      ? { state: 'same' }
      : { state: 'unknown', changes: [{ op: '~', what: `${action.verb} ${unit}` }] };
  },

  apply(action, host) {
    const unit = tellService(action, host);
    return unit === undefined ? undefined : { message: `${unit} told to ${action.verb}` };
  },
};

/** Gives the unit that was told; undefined where the guest has none. */
export function tellService(action: Pick<ServiceAction, 'units' | 'verb' | 'start'>, host: Host): string | undefined {
  const unit = findUnit(action, host);
  if (unit === undefined) return undefined;
  // try-: a unit that does not run is left alone.
  const verb = `${action.start ? '' : 'try-'}${action.verb === 'reload' ? 'reload-or-restart' : 'restart'}`;
  const result = host.run(['systemctl', '--no-block', verb, unit]);
  if (result.status !== 0) throw new AgentError(exitCodes.internal, `${unit}: ${describeFailure('systemctl', result)}`);
  return unit;
}

/** The first unit that the guest has; undefined where no systemd runs. */
function findUnit({ units }: Pick<ServiceAction, 'units'>, host: Host): string | undefined {
  if (!host.live || host.stat('/run/systemd/system') === undefined) return undefined;
  // The file of an instance, wg-quick@wg0.service, is that of its template.
  const hasFile = (name: string): boolean => unitFolders.some((folder) => host.stat(`${folder}/${name}`) !== undefined);
  return units.find((unit) => hasFile(unit) || hasFile(unit.replace(/@[^.]+(?=\.)/, '@')));
}
