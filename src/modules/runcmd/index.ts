// runcmd: commands of the user, once per instance. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planRuncmd } from './plan.ts';
import { Runcmd } from './schema.ts';

export const runcmd = defineModule({
  name: 'runcmd',
  keys: ['runcmd'],
  after: ['snap', 'swap', 'write-files'],
  schema: Runcmd,
  plan: planRuncmd,
});
