// ssh_pwauth: whether sshd accepts passwords.

import { defineModule } from '../../core/define.ts';
import { planSsh } from './plan.ts';
import { Ssh } from './schema.ts';

export const ssh = defineModule({
  name: 'ssh',
  keys: ['ssh_pwauth'],
  // Without host keys `sshd -t` accepts no configuration.
  after: ['passwords', 'ssh-host-keys'],
  schema: Ssh,
  plan: planSsh,
});
