// Keys of cloud-init's vendor data settings.

import * as v from 'valibot';

const Settings = v.strictObject({
  enabled: v.optional(
    v.union([v.boolean(), v.picklist(['true', 'false', 'yes', 'no', 'on', 'off', '1', '0'])], 'true or false'),
  ),
  /** A command that is given the path of each of its scripts: one program, or a list of words. */
  prefix: v.optional(
    v.union(
      [v.string(), v.array(v.union([v.string(), v.number()], 'a word of a command'), 'a list of words')],
      'a command, or a list of its words',
    ),
  ),
});

export const VendorData = v.object({ vendor_data: v.optional(Settings), vendor_data2: v.optional(Settings) });
