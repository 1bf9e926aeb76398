// power_state: reboot, halt or power off when everything is done. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planPowerState } from './plan.ts';
import { PowerState } from './schema.ts';

export const powerState = defineModule({
  name: 'power-state',
  keys: ['power_state'],
  after: ['*', 'phone-home', 'final-message'],
  schema: PowerState,
  plan: planPowerState,
});
