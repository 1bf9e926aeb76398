// Key of cloud-init's update_etc_hosts.

import * as v from 'valibot';

export const EtcHosts = v.object({
  manage_etc_hosts: v.optional(
    v.union([v.boolean(), v.picklist(['localhost', 'template'])], 'true, false or "localhost"'),
  ),
});
export type EtcHosts = v.InferOutput<typeof EtcHosts>;
