// zypper: repositories and settings of zypper. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planZypper } from './plan.ts';
import { Zypper } from './schema.ts';

export const zypper = defineModule({
  name: 'zypper',
  keys: ['zypper'],
  after: [],
  schema: Zypper,
  plan: planZypper,
});
