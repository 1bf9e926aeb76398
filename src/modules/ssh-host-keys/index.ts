// Host keys of sshd: made anew for each instance, or given; and whose fingerprints go to the console. Follows cloud-init's modules ssh,
// keys_to_console and ssh_authkey_fingerprints; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planSshHostKeys } from './plan.ts';
import { SshHostKeys } from './schema.ts';

export const sshHostKeys = defineModule({
  name: 'ssh-host-keys',
  keys: [
    ...['ssh_deletekeys', 'ssh_genkeytypes', 'ssh_keys', 'ssh_publish_hostkeys', 'ssh_quiet_keygen', 'ssh'],
    ...['ssh_fp_console_blacklist', 'ssh_key_console_blacklist', 'no_ssh_fingerprints', 'authkey_hash'],
  ],
  after: ['passwords'],
  undone: ['ssh_keys.dsa_private', 'ssh_keys.dsa_public', 'ssh_keys.dsa_certificate'],
  always: true,
  schema: SshHostKeys,
  plan: planSshHostKeys,
});
