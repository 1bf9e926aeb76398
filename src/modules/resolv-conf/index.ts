// manage_resolv_conf, resolv_conf: whom the guest asks for names. Follows cloud-init's keys of these names; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planResolvConf } from './plan.ts';
import { ResolvConf } from './schema.ts';

export const resolvConf = defineModule({
  name: 'resolv-conf',
  keys: ['manage_resolv_conf', 'resolv_conf'],
  after: [],
  schema: ResolvConf,
  plan: planResolvConf,
});
