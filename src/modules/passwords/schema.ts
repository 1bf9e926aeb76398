// Schema of the keys `password` and `chpasswd`, after cloud-init's set_passwords module.

import * as v from 'valibot';
import { byForm } from '../users/forms.ts';
import { isOneLine, UserName } from '../users/names.ts';
import { PlainPassword } from '../users/schema.ts';

const PasswordUser = v.union(
  [
    v.strictObject({
      name: UserName,
      type: v.literal('RANDOM'),
      /** Ignored, as in cloud-init. */
      password: v.optional(v.unknown()),
    }),
    v.strictObject({
      name: UserName,
      type: v.optional(v.picklist(['hash', 'text'], '"hash", "text" or "RANDOM"')),
      password: v.pipe(PlainPassword, v.minLength(1, 'a password that is not empty')),
    }),
  ],
  'a map with name, password and type ("hash", "text" or "RANDOM")',
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
