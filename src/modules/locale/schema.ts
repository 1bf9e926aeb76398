// Keys of cloud-init's locale.

import * as v from 'valibot';
import { explainUnusablePath } from '../write-files/guest-path.ts';

/** locale(7): language, territory, character set, modifier. */
const localeName =
  /^(?:(?:C|POSIX)(?:\.[A-Za-z0-9-]{1,20})?|[a-z]{2,3}(?:_[A-Z]{2})?(?:\.[A-Za-z0-9-]{1,20})?(?:@[A-Za-z0-9]{1,20})?)$/;

const expected = 'a locale such as "de_DE.UTF-8", or false';

export const Locale = v.object({
  locale: v.optional(v.union([v.literal(false), v.pipe(v.string(), v.regex(localeName, expected))], expected)),
  locale_configfile: v.optional(
    v.pipe(
      v.string('an absolute path'),
      v.rawCheck(({ dataset, addIssue }) => {
        const problem = dataset.typed ? explainUnusablePath(dataset.value) : undefined;
        if (problem !== undefined) addIssue({ message: problem });
      }),
    ),
  ),
});
export type Locale = v.InferOutput<typeof Locale>;
