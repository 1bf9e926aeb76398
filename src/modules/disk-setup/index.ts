// disk_setup, fs_setup, device_aliases: partition tables and file systems of further disks. Follows cloud-init's keys; see README.md for
// what differs.

import { defineModule } from '../../core/define.ts';
import { planDiskSetup } from './plan.ts';
import { DiskSetup } from './schema.ts';

export const diskSetup = defineModule({
  name: 'disk-setup',
  keys: ['device_aliases', 'disk_setup', 'fs_setup'],
  after: ['growpart', 'resize-rootfs'],
  schema: DiskSetup,
  plan: planDiskSetup,
});
