// resize_rootfs: the root file system grows with its partition. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planResizeRootfs } from './plan.ts';
import { ResizeRootfs } from './schema.ts';

export const resizeRootfs = defineModule({
  name: 'resize-rootfs',
  keys: ['resize_rootfs'],
  after: ['growpart'],
  schema: ResizeRootfs,
  plan: planResizeRootfs,
});
