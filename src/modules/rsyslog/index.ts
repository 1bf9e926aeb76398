// rsyslog: where the guest's log goes. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planRsyslog } from './plan.ts';
import { Rsyslog } from './schema.ts';

export const rsyslog = defineModule({
  name: 'rsyslog',
  keys: ['rsyslog', 'rsyslog_dir', 'rsyslog_filename'],
  after: ['packages'],
  schema: Rsyslog,
  plan: planRsyslog,
});
