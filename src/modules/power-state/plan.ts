// Plans the last step of a run: what becomes of the guest behind it.

import type { PowerStateAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { planReboot } from './plan-reboot.ts';
import type { PowerSettings, PowerState } from './schema.ts';
import { describeEnd } from './shutdown.ts';

/** Steps `power_state/packages` and `power_state`: of two that want the guest's end the last one's is done. None where `condition` is false. */
export function planPowerState(context: ModuleContext<PowerState>): Step[] {
  const { config, facts, place, report } = context;
  const { power_state: settings } = config;
  const before = planReboot(context);
  if (settings === undefined || settings.condition === false) return before;
  const { mode, timeout, condition } = settings;
  const minutes = readMinutes(settings.delay);
  if (typeof settings.delay === 'number' || /^\d/.test(settings.delay)) {
    const message = `spelt "+${minutes}" today: a bare number is a time of the day to shutdown(8)`;
    report({ severity: 'note', code: 'deprecated', message }, ['power_state', 'delay']);
  }
  const argv = describeEnd(facts.os, { mode, minutes, message: settings.message });
  const action: PowerStateAction = {
    ...{ kind: 'powerState', mode, argv, timeoutMs: timeout * 1000 },
    ...(condition === true
      ? {}
      : { condition: typeof condition === 'string' ? { shell: condition } : { argv: condition } }),
  };
  const when = minutes === 0 ? 'now' : `in ${minutes} min`;
  return [
    ...before,
    {
      id: 'power_state',
      module: 'power-state',
      stage: 'late',
      summary: `${mode} ${when}`,
      source: place(['power_state']),
      action,
    },
  ];
}

function readMinutes(delay: PowerSettings['delay']): number {
  return delay === 'now' ? 0 : Number(delay);
}
