// Keys of cloud-init's mounts.

import * as v from 'valibot';

const field = 'a text or a number';
const fieldText = /^[^\u0000-\u001f\u007f]{1,4095}$/;
const Field = v.nullable(
  v.union([v.pipe(v.string(), v.regex(fieldText, 'a text without control characters')), v.number()], field),
);
const six = 'six fields: device, mount point, type, options, dump, pass';
const entry = 'one to six fields: device, mount point, type, options, dump, pass';

export const Mounts = v.object({
  mounts: v.optional(
    v.array(v.pipe(v.array(Field, entry), v.minLength(1, entry), v.maxLength(6, entry)), 'a list of lists of fields'),
  ),
  mount_default_fields: v.optional(v.pipe(v.array(Field, six), v.length(6, six))),
});
export type Mounts = v.InferOutput<typeof Mounts>;
