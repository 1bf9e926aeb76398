// mounts, mount_default_fields: lines of /etc/fstab, mounted at once. Follows cloud-init's keys; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planMounts } from './plan.ts';
import { Mounts } from './schema.ts';

export const mounts = defineModule({
  name: 'mounts',
  keys: ['mounts', 'mount_default_fields'],
  after: ['disk-setup'],
  schema: Mounts,
  plan: planMounts,
});
