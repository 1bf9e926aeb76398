// apt: where packages of Debian's family come from. Follows cloud-init's keys of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planApt } from './plan.ts';
import { Apt } from './schema.ts';

export const apt = defineModule({
  name: 'apt',
  keys: ['apt', 'apt_pipelining'],
  after: [],
  undone: ['apt.primary[].search_dns', 'apt.security[].search_dns', 'apt.generate_mirrorlists'],
  schema: Apt,
  plan: planApt,
});
