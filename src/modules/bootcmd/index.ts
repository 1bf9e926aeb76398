// bootcmd: commands of the user at every boot. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planBootcmd } from './plan.ts';
import { Bootcmd } from './schema.ts';

export const bootcmd = defineModule({
  name: 'bootcmd',
  keys: ['bootcmd'],
  after: ['hostname', 'etc-hosts', 'ssh-authorized-keys', 'passwords', 'ssh'],
  schema: Bootcmd,
  plan: planBootcmd,
});
