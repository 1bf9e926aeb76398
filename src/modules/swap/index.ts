// swap: a swap file. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planSwap } from './plan.ts';
import { Swap } from './schema.ts';

export const swap = defineModule({
  name: 'swap',
  keys: ['swap'],
  after: ['mounts', 'resize-rootfs'],
  schema: Swap,
  plan: planSwap,
});
