// Key of cloud-init's puppet.

import * as v from 'valibot';
import { absolutePath } from '../../core/absolute-path.ts';

const path = 'an absolute path without ".."';
const Path = v.optional(v.pipe(v.string(path), v.regex(absolutePath, path), v.minLength(2, path)));
const Flag = v.optional(v.boolean('true or false'));
const line = 'text on one line';
const Line = v.pipe(v.string(line), v.regex(/^[^\0\n]*$/, line));
const Scalar = v.union([Line, v.number(), v.boolean()], 'a value on one line');
const name = 'a name of letters, digits and "_.-"';
const Name = v.pipe(v.string(name), v.regex(/^[A-Za-z0-9_][\w.-]*$/, name));

/** Sections of puppet.conf, and beside them `ca_cert`. */
const Conf = v.record(
  Name,
  v.union([v.record(Name, Scalar), v.string()], 'a map of settings; of ca_cert a certificate'),
);
const Attributes = v.optional(v.record(v.string(), Scalar, 'a map of attributes'));

export const Puppet = v.object({
  puppet: v.optional(
    v.strictObject({
      install: Flag,
      version: v.optional(v.union([Line, v.number()], 'a version in quotes')),
      install_type: v.optional(v.picklist(['packages', 'aio'], 'packages or aio')),
      collection: v.optional(Line),
      aio_install_url: v.optional(Line),
      cleanup: Flag,
      conf_file: Path,
      ssl_dir: Path,
      csr_attributes_path: Path,
      package_name: v.optional(Name),
      exec: Flag,
      exec_args: v.optional(v.union([v.array(Line), Line], 'a list of arguments')),
      start_service: Flag,
      conf: v.optional(Conf),
      csr_attributes: v.optional(v.strictObject({ custom_attributes: Attributes, extension_requests: Attributes })),
    }),
  ),
});
export type Puppet = v.InferOutput<typeof Puppet>;
