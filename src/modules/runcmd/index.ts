// runcmd: commands of the user, once per instance. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planRuncmd } from './plan.ts';
import { Runcmd } from './schema.ts';

export const runcmd = defineModule({
  name: 'runcmd',
  keys: ['runcmd'],
  // As in cloud-init: the commands of the user find everything else done.
  after: [
    'ansible',
    'keyboard',
    'locale',
    'ntp',
    'puppet',
    'rsyslog',
    'salt-minion',
    'snap',
    'ssh-import-id',
    'swap',
    'wireguard',
    'write-files',
  ],
  schema: Runcmd,
  plan: planRuncmd,
});
