// Keys of cloud-init's zypper_add_repo.

import * as v from 'valibot';
import { Option } from '../yum-repos/schema.ts';

const expectedId = 'a name of letters, digits, "-", "_", ".", ":" and blanks';
const Id = v.pipe(v.string(expectedId), v.regex(/^[A-Za-z0-9][A-Za-z0-9 ._:+-]{0,99}$/, expectedId));

const Repository = v.objectWithRest({ id: Id, baseurl: v.string('a URL') }, Option);

const One = v.union(
  [v.pipe(v.string(), v.regex(/^[^\n]*$/)), v.pipe(v.number(), v.finite()), v.boolean(), v.null()],
  'one line',
);
const expectedSetting = 'the name of a setting';
const Setting = v.pipe(v.string(expectedSetting), v.regex(/^[A-Za-z0-9_.-]+$/, expectedSetting));

export const Zypper = v.object({
  zypper: v.optional(
    v.strictObject({
      repos: v.optional(v.array(Repository)),
      config: v.optional(v.record(Setting, One)),
    }),
  ),
});
export type Zypper = v.InferOutput<typeof Zypper>;
