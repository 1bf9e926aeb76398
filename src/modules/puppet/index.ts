// puppet: settings, certificate requests and service of a Puppet agent. Follows cloud-init's key of that name; see README.md for what
// differs.

import { defineModule } from '../../core/define.ts';
import { planPuppet } from './plan.ts';
import { Puppet } from './schema.ts';

export const puppet = defineModule({
  name: 'puppet',
  keys: ['puppet'],
  after: ['packages', 'write-files'],
  undone: ['puppet.collection', 'puppet.aio_install_url', 'puppet.cleanup'],
  schema: Puppet,
  plan: planPuppet,
});
