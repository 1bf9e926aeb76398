// Key of cloud-init's keyboard: names of xkeyboard-config(7).

import * as v from 'valibot';

/** Nothing that a file of shell variables would take for more than a name. */
const names = (pattern: RegExp, expected: string) => v.pipe(v.string(expected), v.regex(pattern, expected));

export const Keyboard = v.object({
  keyboard: v.optional(
    v.strictObject({
      layout: names(/^[A-Za-z][\w,()-]{0,99}$/, 'a layout such as "de", or several, "us,ru"'),
      model: v.optional(names(/^[\w+-]{1,60}$/, 'a model such as "pc105"'), 'pc105'),
      variant: v.optional(names(/^[\w,()-]{0,99}$/, 'a variant such as "nodeadkeys"'), ''),
      options: v.optional(names(/^[\w,:()+-]{0,199}$/, 'options such as "compose:ralt,grp:alt_shift_toggle"'), ''),
    }),
  ),
});
export type Keyboard = v.InferOutput<typeof Keyboard>;
export type KeyboardNames = NonNullable<Keyboard['keyboard']>;
