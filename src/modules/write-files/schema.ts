// Key of cloud-init's write_files.

import * as v from 'valibot';
import { isEncoding } from './decode.ts';
import { explainUnusablePath } from './guest-path.ts';

const accountName = '(?:[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?|[0-9]{1,10})';
const ownerPattern = new RegExp(`^(?:${accountName})?(?::(?:${accountName})?)?$`);
const ownerExpected = 'an owner such as "root:root"';
const permissionsExpected = 'an octal string such as "0644"';

const Path = v.pipe(
  v.string('an absolute path'),
  v.rawCheck(({ dataset, addIssue }) => {
    const expected = dataset.typed ? explainUnusablePath(dataset.value) : undefined;
    if (expected !== undefined) addIssue({ message: expected });
  }),
);

const uriExpected = 'an address by https, http or file, or an absolute path';

function isSource(text: string): boolean {
  if (text.startsWith('/')) return explainUnusablePath(text) === undefined;
  const url = URL.parse(text);
  if (url === null) return false;
  return url.protocol === 'file:' ? url.host === '' : ['https:', 'http:'].includes(url.protocol) && url.host !== '';
}

const nameExpected = 'a header name of letters, digits and hyphens';
/** RFC 9110 § 5.1 and 5.5. */
const HeaderName = v.pipe(v.string(nameExpected), v.regex(/^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*$/, nameExpected));
const valueExpected = 'a header value on one line';
const HeaderValue = v.pipe(v.string(valueExpected), v.regex(/^[\t -~\u0080-\u00ff]*$/, valueExpected));

const WriteFile = v.strictObject({
  path: Path,
  content: v.optional(v.union([v.string(), v.instance(Uint8Array)], 'text or !!binary data')),
  encoding: v.optional(
    v.pipe(v.string(), v.check(isEncoding, 'an encoding: text/plain, b64, gz or gz+b64')),
    'text/plain',
  ),
  owner: v.optional(
    v.union(
      [v.pipe(v.string(), v.regex(ownerPattern, ownerExpected)), v.pipe(v.number(), v.safeInteger(), v.minValue(0))],
      ownerExpected,
    ),
    'root:root',
  ),
  permissions: v.optional(
    v.union(
      [
        v.pipe(
          v.string(),
          v.regex(/^(?:0o)?[0-7]{1,5}$/, permissionsExpected),
          v.check((text) => toOctal(text) <= 0o7777, permissionsExpected),
        ),
        v.pipe(
          v.number(),
          v.safeInteger(permissionsExpected),
          v.minValue(0, permissionsExpected),
          v.maxValue(0o7777, permissionsExpected),
        ),
      ],
      permissionsExpected,
    ),
    '0644',
  ),
  append: v.optional(v.boolean('true or false'), false),
  defer: v.optional(v.boolean('true or false'), false),
  source: v.optional(
    v.strictObject(
      {
        uri: v.pipe(v.string(uriExpected), v.check(isSource, uriExpected)),
        headers: v.optional(v.record(HeaderName, HeaderValue, 'a map of headers')),
      },
      'a map with uri',
    ),
  ),
});
export type WriteFile = v.InferOutput<typeof WriteFile>;

export const WriteFiles = v.object({ write_files: v.optional(v.array(WriteFile, 'a list of files')) });
export type WriteFiles = v.InferOutput<typeof WriteFiles>;

/** The number of an octal string, `0o` in front or not. */
export function toOctal(text: string): number {
  return Number.parseInt(text.replace(/^0o/, ''), 8);
}
