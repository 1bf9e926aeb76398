// Schema of the key `ssh_pwauth`, after cloud-init's set_passwords module.

import * as v from 'valibot';

/** The words that cloud-init takes for true and false when they are quoted. */
export const yesWords: readonly string[] = ['true', 'yes', 'on', '1'];
export const noWords: readonly string[] = ['false', 'no', 'off', '0'];

const expected = 'true, false or "unchanged"';

export const Ssh = v.object({
  ssh_pwauth: v.optional(
    v.union(
      [
        v.boolean(),
        v.pipe(
          v.string(),
          v.check((text) => ['unchanged', ...yesWords, ...noWords].includes(text.toLowerCase()), expected),
        ),
        v.null(),
      ],
      expected,
    ),
  ),
});
export type Ssh = v.InferOutput<typeof Ssh>;
