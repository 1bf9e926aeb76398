// Plans the last step of a run: what becomes of the guest behind it.

import type { PowerStateAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { findFamily } from '../../distros/family.ts';
import type { PowerSettings, PowerState } from './schema.ts';

/** One step; none where `condition` is false. */
export function planPowerState({ config, facts, place, report }: ModuleContext<PowerState>): Step[] {
  const { power_state: settings } = config;
  if (settings === undefined || settings.condition === false) return [];
  const { mode, timeout, condition } = settings;
  const minutes = readMinutes(settings.delay);
  if (typeof settings.delay === 'number' || /^\d/.test(settings.delay)) {
    const message = `spelt "+${minutes}" today: a bare number is a time of the day to shutdown(8)`;
    report({ severity: 'note', code: 'deprecated', message }, ['power_state', 'delay']);
  }
  const argv = findFamily(facts.os) === 'alpine' ? describeBusybox(mode, minutes) : describeShutdown(settings, minutes);
  const action: PowerStateAction = {
    ...{ kind: 'powerState', mode, argv, timeoutMs: timeout * 1000 },
    ...(condition === true
      ? {}
      : { condition: typeof condition === 'string' ? { shell: condition } : { argv: condition } }),
  };
  const when = minutes === 0 ? 'now' : `in ${minutes} min`;
  return [
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

/** shutdown(8). A message that begins with a hyphen would be an option, so options end before the time. */
function describeShutdown({ mode, message }: PowerSettings, minutes: number): string[] {
  const option = { poweroff: '-P', reboot: '-r', halt: '-H' }[mode];
  return ['shutdown', option, '--', minutes === 0 ? 'now' : `+${minutes}`, ...(message === undefined ? [] : [message])];
}

/** BusyBox has a program for each, whose delay is in seconds and which has nobody to tell. */
function describeBusybox(mode: PowerSettings['mode'], minutes: number): string[] {
  return [mode, '-d', String(minutes * 60)];
}
