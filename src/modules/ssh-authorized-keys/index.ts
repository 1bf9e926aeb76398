// ssh_authorized_keys and the launch keys of the metadata: keys of the user one logs in as, and what root's do.

import { defineModule } from '../../core/define.ts';
import { planSshAuthorizedKeys } from './plan.ts';
import { SshAuthorizedKeys } from './schema.ts';

export const sshAuthorizedKeys = defineModule({
  name: 'ssh-authorized-keys',
  keys: ['ssh_authorized_keys', 'disable_root', 'disable_root_opts', 'allow_public_ssh_keys'],
  after: ['users'],
  always: true,
  schema: SshAuthorizedKeys,
  plan: planSshAuthorizedKeys,
});
