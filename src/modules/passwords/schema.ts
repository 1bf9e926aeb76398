// Schema of the keys `password` and `chpasswd`, after cloud-init's set_passwords module.

import * as v from 'valibot';
import { byForm } from '../users/forms.ts';
import { isOneLine, UserName } from '../users/names.ts';
import { PlainPassword } from '../users/schema.ts';

const RandomPassword = v.strictObject({
  name: UserName,
  type: v.literal('RANDOM'),
  /** Ignored, as in cloud-init. */
  password: v.optional(v.unknown()),
});

const GivenPassword = v.strictObject({
  name: UserName,
  type: v.optional(v.picklist(['hash', 'text'], '"hash", "text" or "RANDOM"')),
  password: v.pipe(PlainPassword, v.minLength(1, 'a password that is not empty')),
});

const AnyPassword = v.union(
  [RandomPassword, GivenPassword],
  'a map with name, password and type ("hash", "text" or "RANDOM")',
);

/** By the type that is given: the union alone blames `type` for what is wrong with the password. */
const PasswordUser = v.lazy(
  (input): v.GenericSchema<v.InferInput<typeof AnyPassword>, v.InferOutput<typeof AnyPassword>> => {
    if (input === null || typeof input !== 'object' || Array.isArray(input)) return AnyPassword;
    return 'type' in input && input.type === 'RANDOM' ? RandomPassword : GivenPassword;
  },
);

export const Passwords = v.object({
  password: v.optional(PlainPassword),
  chpasswd: v.optional(
    v.strictObject({
      expire: v.optional(v.boolean()),
      users: v.optional(v.array(PasswordUser)),
      list: v.optional(
        byForm({
          text: v.string(),
          list: v.array(
            v.pipe(
              v.string('a "user:password" line'),
              v.check((line) => isOneLine(line.replace(/\r?\n$/, '')), 'a "user:password" line'),
            ),
          ),
          map: v.never('a list of "user:password" lines'),
          expected: 'a list of "user:password" lines',
        }),
      ),
    }),
  ),
});
export type Passwords = v.InferOutput<typeof Passwords>;
