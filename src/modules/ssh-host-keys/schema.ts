// Keys of cloud-init that concern the host keys of sshd and the fingerprints on the console.

import * as v from 'valibot';

/** What each half has to look like; checked by the planner, so that a fault in one key costs that key alone. */
export const halves = {
  private: {
    pattern: /^\s*-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[\s\S]+\n-----END (?:[A-Z]+ )?PRIVATE KEY-----\s*$/,
    expected: 'a private key, from "-----BEGIN … PRIVATE KEY-----" to its end line',
  },
  public: {
    pattern: /^\s*(?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]+(?: [^\n]*)?\s*$/,
    expected: 'a public key on one line',
  },
  certificate: {
    pattern: /^\s*[a-z0-9-]+-cert-v01@openssh\.com [A-Za-z0-9+/=]+(?: [^\n]*)?\s*$/,
    expected: 'a certificate on one line, its type ending in -cert-v01@openssh.com',
  },
} as const;

const PrivateKey = v.string(halves.private.expected);
const PublicKey = v.string(halves.public.expected);
const Certificate = v.string(halves.certificate.expected);

const Flag = v.optional(v.boolean('true or false'));
const Types = v.array(v.string('a type of keys'), 'a list of key types');

export const SshHostKeys = v.object({
  ssh_deletekeys: Flag,
  ssh_genkeytypes: v.optional(
    v.array(v.picklist(['rsa', 'ecdsa', 'ed25519', 'dsa'], 'rsa, ecdsa or ed25519'), 'a list of key types'),
  ),
  ssh_keys: v.optional(
    v.strictObject({
      rsa_private: v.optional(PrivateKey),
      rsa_public: v.optional(PublicKey),
      rsa_certificate: v.optional(Certificate),
      ecdsa_private: v.optional(PrivateKey),
      ecdsa_public: v.optional(PublicKey),
      ecdsa_certificate: v.optional(Certificate),
      ed25519_private: v.optional(PrivateKey),
      ed25519_public: v.optional(PublicKey),
      ed25519_certificate: v.optional(Certificate),
      dsa_private: v.optional(v.string()),
      dsa_public: v.optional(v.string()),
      dsa_certificate: v.optional(v.string()),
    }),
  ),
  ssh_publish_hostkeys: v.optional(v.strictObject({ enabled: Flag, blacklist: v.optional(Types) })),
  ssh_quiet_keygen: Flag,
  ssh: v.optional(v.strictObject({ emit_keys_to_console: Flag })),
  ssh_fp_console_blacklist: v.optional(v.array(v.string('a key type or a fingerprint'), 'a list of key types')),
  ssh_key_console_blacklist: v.optional(Types),
  no_ssh_fingerprints: Flag,
  authkey_hash: v.optional(v.string('a name such as sha256')),
});
export type SshHostKeys = v.InferOutput<typeof SshHostKeys>;
