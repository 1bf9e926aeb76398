// hostname, fqdn: the name of the guest. Follows cloud-init's set_hostname; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planHostname } from './plan.ts';
import { Hostname } from './schema.ts';

export const hostname = defineModule({
  name: 'hostname',
  keys: ['hostname', 'fqdn', 'preserve_hostname', 'prefer_fqdn_over_hostname', 'create_hostname_file'],
  after: [],
  always: true,
  schema: Hostname,
  plan: planHostname,
});
