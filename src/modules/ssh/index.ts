// ssh_pwauth: whether sshd accepts passwords; and host keys for an sshd that has none.

import { defineModule } from '../../core/define.ts';
import { planSsh } from './plan.ts';
import { Ssh } from './schema.ts';

export const ssh = defineModule({
  name: 'ssh',
  keys: ['ssh_pwauth'],
  after: ['passwords'],
  always: true,
  schema: Ssh,
  plan: planSsh,
});
