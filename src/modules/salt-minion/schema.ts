// Key of cloud-init's salt_minion.

import * as v from 'valibot';
import { absolutePath } from '../../core/absolute-path.ts';

const word = 'a name of letters, digits and "@._+-"';
const Name = v.pipe(v.string(word), v.regex(/^[A-Za-z0-9][A-Za-z0-9@._+-]*$/, word));
const path = 'an absolute path without ".."';
const Folder = v.pipe(v.string(path), v.regex(absolutePath, path), v.minLength(2, path));
const Settings = v.record(v.string(), v.unknown(), 'a map of settings');
const pem = 'a key in PEM';
const Pem = v.pipe(v.string(pem), v.regex(/-----BEGIN [A-Z ]+-----\n[\s\S]+\n-----END [A-Z ]+-----\s*$/, pem));

export const SaltMinion = v.object({
  salt_minion: v.optional(
    v.strictObject({
      pkg_name: v.optional(Name),
      service_name: v.optional(Name),
      config_dir: v.optional(Folder),
      conf: v.optional(Settings),
      grains: v.optional(Settings),
      public_key: v.optional(Pem),
      private_key: v.optional(Pem),
      pki_dir: v.optional(Folder),
    }),
  ),
});
export type SaltMinion = v.InferOutput<typeof SaltMinion>;
