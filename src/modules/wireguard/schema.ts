// Key of cloud-init's wireguard.

import * as v from 'valibot';
import { absolutePath } from '../../core/absolute-path.ts';

const name = 'a name of an interface such as wg0, at most 15 characters';
const path = 'an absolute path without ".."';
const content = 'the text of a configuration of wg-quick(8), with [Interface]';

/** Without flags: a JSON Schema has none. */
const interfaceSection = /(?:^|\n)[ \t]*\[[Ii]nterface\][ \t]*\r?(?:\n|$)/;

const Interface = v.strictObject({
  name: v.pipe(v.string(name), v.regex(/^[A-Za-z0-9_=+][A-Za-z0-9_=+.-]{0,14}$/, name)),
  config_path: v.optional(v.pipe(v.string(path), v.regex(absolutePath, path), v.minLength(2, path))),
  content: v.pipe(v.string(content), v.regex(interfaceSection, content)),
});

export const Wireguard = v.object({
  wireguard: v.optional(
    v.strictObject({
      interfaces: v.optional(v.array(Interface, 'a list of interfaces')),
      readinessprobe: v.optional(v.array(v.string('a command line'), 'a list of command lines')),
    }),
  ),
});
export type Wireguard = v.InferOutput<typeof Wireguard>;
