// timezone: the local time of the guest. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planTimezone } from './plan.ts';
import { Timezone } from './schema.ts';

export const timezone = defineModule({
  name: 'timezone',
  keys: ['timezone'],
  after: [],
  schema: Timezone,
  plan: planTimezone,
});
