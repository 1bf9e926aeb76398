// Key of cloud-init's timezone.

import * as v from 'valibot';

/** Names of the IANA database; nothing that could leave the folder of the zones. */
const zoneName = /^(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/;

const expected = 'a zone name such as "Europe/Berlin"';

export const Timezone = v.object({
  timezone: v.optional(v.pipe(v.string(expected), v.regex(zoneName, expected))),
});
export type Timezone = v.InferOutput<typeof Timezone>;
