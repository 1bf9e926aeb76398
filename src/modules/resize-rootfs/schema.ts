// Key of cloud-init's resize_rootfs.

import * as v from 'valibot';

export const ResizeRootfs = v.object({
  resize_rootfs: v.optional(v.union([v.boolean(), v.literal('noblock')], 'true, false or "noblock"')),
});
export type ResizeRootfs = v.InferOutput<typeof ResizeRootfs>;
