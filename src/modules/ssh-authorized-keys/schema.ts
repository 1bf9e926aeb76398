// Schema of the keys that say who may log in by key, after cloud-init's ssh module.

import * as v from 'valibot';
import { byForm } from '../users/forms.ts';
import { isOneLine } from '../users/names.ts';

export const SshAuthorizedKeys = v.object({
  ssh_authorized_keys: v.optional(
    byForm({
      text: v.string(),
      list: v.array(v.string('a public key line')),
      map: v.never('a list of public key lines'),
      expected: 'a list of public key lines',
    }),
  ),
  disable_root: v.optional(v.boolean()),
  disable_root_opts: v.optional(
    v.pipe(
      v.string('authorized_keys options'),
      v.trim(),
      v.check((text) => isOneLine(text) && text !== '', 'authorized_keys options on one line'),
    ),
  ),
  allow_public_ssh_keys: v.optional(v.boolean()),
});
export type SshAuthorizedKeys = v.InferOutput<typeof SshAuthorizedKeys>;
