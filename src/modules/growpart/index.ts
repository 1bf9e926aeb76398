// growpart: partitions that take the free room behind them. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planGrowpart } from './plan.ts';
import { Growpart } from './schema.ts';

export const growpart = defineModule({
  name: 'growpart',
  keys: ['growpart'],
  after: [],
  schema: Growpart,
  plan: planGrowpart,
});
