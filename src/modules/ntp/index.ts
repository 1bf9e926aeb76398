// ntp: where the guest gets its time from. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planNtp } from './plan.ts';
import { Ntp } from './schema.ts';

export const ntp = defineModule({
  name: 'ntp',
  keys: ['ntp'],
  after: ['packages'],
  schema: Ntp,
  plan: planNtp,
});
