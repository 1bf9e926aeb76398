// ssh_import_id: public keys that GitHub or Launchpad have for the user one logs in as. Follows cloud-init's key of that name; see
// README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planSshImportId } from './plan.ts';
import { SshImportId } from './schema.ts';

export const sshImportId = defineModule({
  name: 'ssh-import-id',
  keys: ['ssh_import_id'],
  after: ['ssh-authorized-keys'],
  schema: SshImportId,
  plan: planSshImportId,
});
