// groups: groups and their members among the users that exist.

import { defineModule } from '../../core/define.ts';
import { planGroups } from './plan.ts';
import { Groups } from './schema.ts';

export const groups = defineModule({
  name: 'groups',
  keys: ['groups'],
  after: ['hostname'],
  schema: Groups,
  plan: planGroups,
});
