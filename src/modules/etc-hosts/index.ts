// manage_etc_hosts: the guest's own name in /etc/hosts. Follows cloud-init's update_etc_hosts; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planEtcHosts } from './plan.ts';
import { EtcHosts } from './schema.ts';

export const etcHosts = defineModule({
  name: 'etc-hosts',
  keys: ['manage_etc_hosts'],
  after: ['hostname'],
  always: true,
  schema: EtcHosts,
  plan: planEtcHosts,
});
