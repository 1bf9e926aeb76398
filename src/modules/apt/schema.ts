// Keys of cloud-init's apt_configure and apt_pipelining.

import * as v from 'valibot';

const expectedText = 'text without control characters';
const Text = v.pipe(v.string(expectedText), v.regex(/^(?:[^\u0000-\u001f\u007f-\u009f]|\r?\n|\t)*$/u, expectedText));
const flag = v.optional(v.boolean('true or false'));

const expectedDepth = 'a number from 0 to 5, false, or one of os, none and unchanged';
/** Requests that wait for an answer on one connection to a mirror, Acquire::http::Pipeline-Depth; the words leave it as it is. */
const Pipelining = v.union(
  [
    v.literal(false),
    v.pipe(v.number(), v.integer(expectedDepth), v.minValue(0, expectedDepth), v.maxValue(5, expectedDepth)),
    v.picklist(['os', 'none', 'unchanged', '0', '1', '2', '3', '4', '5']),
  ],
  expectedDepth,
);

const expectedUri = 'a URI such as "http://deb.debian.org/debian"';
const Uri = v.pipe(
  v.string(expectedUri),
  v.regex(/^[A-Za-z][A-Za-z0-9+.-]*:\/[^\s"'\u0000-\u001f\u007f-\u009f]+$/u, expectedUri),
);

/** RFC 3986 without what could end apt's quotes. */
const expectedProxy = 'a URL such as "http://proxy.example.com:3128/"';
const ProxyUrl = v.pipe(
  v.string(expectedProxy),
  v.regex(/^(?:$|DIRECT$|[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s"\\\u0000-\u001f\u007f-\u009f]+$)/u, expectedProxy),
);

const expectedKeyId = 'a fingerprint (40 hex digits) or a key id of 16 or 8, in quotes';
const KeyId = v.pipe(
  v.string(expectedKeyId),
  v.check((text) => /^(?:[0-9A-F]{40}|[0-9A-F]{16}|[0-9A-F]{8})$/.test(cleanKeyId(text)), expectedKeyId),
);

/** Upper-case hex digits, without the blanks that people copy along. */
export function cleanKeyId(text: string): string {
  return text.replace(/\s+/g, '').replace(/^0x/i, '').toUpperCase();
}

const expectedKey = 'a key from "-----BEGIN PGP PUBLIC KEY BLOCK-----" to "-----END PGP PUBLIC KEY BLOCK-----"';
const Key = v.pipe(
  v.string(expectedKey),
  v.regex(/-----BEGIN PGP PUBLIC KEY BLOCK-----\s[\s\S]*-----END PGP PUBLIC KEY BLOCK-----/, expectedKey),
);

const expectedServer = 'a key server such as "keyserver.ubuntu.com"';
const KeyServer = v.pipe(
  v.string(expectedServer),
  v.regex(/^(?:(?:hkps?|https?):\/\/)?[A-Za-z0-9.[\]:_-]+(?:\/[^\s?#]*)?$/, expectedServer),
);

const keyFields = { key: v.optional(Key), keyid: v.optional(KeyId), keyserver: v.optional(KeyServer) };

const expectedFile = 'a file name, or an absolute path without ".."';
const FileName = v.pipe(
  v.string(expectedFile),
  v.check(
    (name) =>
      /^[^\u0000-\u001f\u007f-\u009f]{1,200}$/u.test(name) &&
      !name.split('/').includes('..') &&
      (name.startsWith('/') || !name.includes('/')),
    expectedFile,
  ),
);

const Mirror = v.strictObject({
  arches: v.pipe(v.array(v.string('an architecture')), v.minLength(1)),
  uri: v.optional(Uri),
  search: v.optional(v.pipe(v.array(Uri), v.minLength(1))),
  search_dns: flag,
  ...keyFields,
});
export type Mirror = v.InferOutput<typeof Mirror>;

const Source = v.strictObject({
  source: v.optional(Text),
  filename: v.optional(FileName),
  append: flag,
  ...keyFields,
});
export type Source = v.InferOutput<typeof Source>;

export const Apt = v.object({
  apt: v.optional(
    v.strictObject({
      preserve_sources_list: flag,
      generate_mirrorlists: flag,
      disable_suites: v.optional(v.array(v.pipe(v.string('a suite'), v.regex(/^\S+$/, 'a suite')))),
      primary: v.optional(v.array(Mirror)),
      security: v.optional(v.array(Mirror)),
      add_apt_repo_match: v.optional(Text),
      debconf_selections: v.optional(v.record(v.string(), Text)),
      sources_list: v.optional(Text),
      conf: v.optional(Text),
      proxy: v.optional(ProxyUrl),
      http_proxy: v.optional(ProxyUrl),
      https_proxy: v.optional(ProxyUrl),
      ftp_proxy: v.optional(ProxyUrl),
      sources: v.optional(v.record(FileName, Source)),
    }),
  ),
  apt_pipelining: v.optional(Pipelining),
});
export type Apt = v.InferOutput<typeof Apt>;
/** What stands below `apt`. */
export type AptSettings = NonNullable<Apt['apt']>;
