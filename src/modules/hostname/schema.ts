// Keys of cloud-init's set_hostname.

import * as v from 'valibot';
import { isHostName } from './names.ts';

const expected = 'a host name of letters, digits and hyphens (labels of at most 63 characters)';

const HostName = v.union(
  [v.pipe(v.string(), v.check(isHostName, expected)), v.pipe(v.number(), v.safeInteger(), v.minValue(0))],
  expected,
);

export const Hostname = v.object({
  hostname: v.optional(HostName),
  fqdn: v.optional(HostName),
  preserve_hostname: v.optional(v.boolean('true or false')),
  prefer_fqdn_over_hostname: v.optional(v.boolean('true or false')),
  create_hostname_file: v.optional(v.boolean('true or false')),
});
export type Hostname = v.InferOutput<typeof Hostname>;
