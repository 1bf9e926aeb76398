// Keys of cloud-init's ca_certs.

import * as v from 'valibot';

const expected = 'certificates in PEM, from "-----BEGIN CERTIFICATE-----" to "-----END CERTIFICATE-----"';

/** RFC 7468: one or more certificates, with explanatory text between them. */
const pem = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

const Certificates = v.strictObject({
  trusted: v.optional(v.array(v.pipe(v.string(expected), v.regex(pem, expected)), 'a list of certificates')),
  remove_defaults: v.optional(v.boolean('true or false')),
  'remove-defaults': v.optional(v.boolean('true or false')),
});

export const CaCerts = v.object({
  ca_certs: v.optional(Certificates),
  'ca-certs': v.optional(Certificates),
});
export type CaCerts = v.InferOutput<typeof CaCerts>;
