// salt_minion: configuration, grains and keys of a Salt minion, and its service. Follows cloud-init's key of that name; see README.md for
// what differs.

import { defineModule } from '../../core/define.ts';
import { planSaltMinion } from './plan.ts';
import { SaltMinion } from './schema.ts';

export const saltMinion = defineModule({
  name: 'salt-minion',
  keys: ['salt_minion'],
  after: ['packages', 'write-files'],
  schema: SaltMinion,
  plan: planSaltMinion,
});
