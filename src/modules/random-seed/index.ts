// random_seed: what the cloud or the user adds to the guest's random numbers. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planRandomSeed } from './plan.ts';
import { RandomSeed } from './schema.ts';

export const randomSeed = defineModule({
  name: 'random-seed',
  keys: ['random_seed'],
  after: [],
  schema: RandomSeed,
  plan: planRandomSeed,
});
