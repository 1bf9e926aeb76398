// coreos: units, daemons, updates and the identity of an image, as CoreOS and Flatcar documents say them; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planCoreos } from './plan.ts';
import { Coreos } from './schema.ts';

export const coreos = defineModule({
  name: 'coreos',
  keys: ['coreos'],
  // The order of coreos-cloudinit: host name, users and keys, files, then what is here.
  after: ['hostname', 'etc-hosts', 'ssh-authorized-keys', 'passwords', 'ssh', 'write-files'],
  separable: 3,
  schema: Coreos,
  plan: planCoreos,
});
