// Key of cloud-init's growpart.

import * as v from 'valibot';

const place = 'a mount point or a device such as "/dev/vdb1"';

export const Growpart = v.object({
  growpart: v.optional(
    v.strictObject(
      {
        mode: v.optional(
          v.union([v.picklist(['auto', 'growpart', 'gpart', 'off']), v.literal(false)], '"auto", "growpart" or "off"'),
          'auto',
        ),
        devices: v.optional(
          v.array(
            v.pipe(v.string(place), v.regex(/^\/[^\s\u0000-\u001f\u007f-\u009f]*$/u, place)),
            'a list of mount points and devices',
          ),
          ['/'],
        ),
        ignore_growroot_disabled: v.optional(v.boolean('true or false'), false),
      },
      'a map with mode and devices',
    ),
  ),
});
export type Growpart = v.InferOutput<typeof Growpart>;
