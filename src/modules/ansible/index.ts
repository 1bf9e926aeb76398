// ansible: playbooks that the guest pulls and applies to itself. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planAnsible } from './plan.ts';
import { Ansible } from './schema.ts';

export const ansible = defineModule({
  name: 'ansible',
  keys: ['ansible'],
  after: ['packages', 'write-files'],
  schema: Ansible,
  plan: planAnsible,
});
