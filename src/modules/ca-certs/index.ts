// ca_certs: certificate authorities that the whole guest trusts. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planCaCerts } from './plan.ts';
import { CaCerts } from './schema.ts';

export const caCerts = defineModule({
  name: 'ca-certs',
  keys: ['ca_certs', 'ca-certs'],
  // Its tool takes long on a slow guest: who logs in, and their files, come first.
  after: ['ssh', 'bootcmd', 'write-files'],
  schema: CaCerts,
  plan: planCaCerts,
});
