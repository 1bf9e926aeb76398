// snap: assertions and commands for snapd. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planSnap } from './plan.ts';
import { Snap } from './schema.ts';

export const snap = defineModule({
  name: 'snap',
  keys: ['snap'],
  after: ['packages', 'write-files'],
  schema: Snap,
  plan: planSnap,
});
