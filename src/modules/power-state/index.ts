// power_state: reboot, halt or power off when everything is done. Follows cloud-init's key of that name, and those that reboot for packages; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planPowerState } from './plan.ts';
import { PowerState } from './schema.ts';

export const powerState = defineModule({
  name: 'power-state',
  keys: ['power_state', 'package_reboot_if_required', 'apt_reboot_if_required'],
  after: ['*', 'phone-home', 'final-message'],
  wholeEntries: true,
  schema: PowerState,
  plan: planPowerState,
});
