// From `coreos` to steps, in the order of coreos-cloudinit: the image's identity, updates, flannel, /etc/environment, then all units, one
// daemon-reload, and the commands in the late stage, when the network is up.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { planEnvironment } from './environment.ts';
import type { Coreos } from './schema.ts';
import { planDaemons } from './services/plan-daemons.ts';
import { planOem, planUpdate } from './services/plan-update.ts';
import { planUnits } from './units/plan-units.ts';
import { planUnitSteps } from './units/unit-steps.ts';

export type CoreosContext = ModuleContext<Coreos>;

/** Everything that is written is early; what is told to units is late. */
export function planCoreos(context: CoreosContext): Step[] {
  const { config, facts, report } = context;
  if (config.coreos === undefined) return [];
  const daemons = planDaemons(context);
  const update = planUpdate(context);
  const requests = [...planUnits(context, daemons.requests), ...daemons.requests, ...update.requests];
  // Below --root nothing runs, whatever will.
  if (requests.length > 0 && !facts.systemd && facts.bootId !== '') {
    const message = 'the guest runs no systemd: units are written, and nobody reads them';
    report({ severity: 'warning', code: 'unsupported-key', message }, ['coreos']);
  }
  return [
    ...planOem(context),
    ...update.steps,
    ...daemons.steps,
    ...planEnvironment(context),
    ...planUnitSteps(requests),
  ];
}
