// The few cryptographic primitives in use. node:crypto costs a boot 3 ms, so it is loaded at first use, and not for digests of what is small.

import { sha256 as sha256OfSmall } from '@noble/hashes/sha2.js';

/** Bytes from which loading node:crypto takes less time than a digest without it. */
const largeBytes = 2 * 1024;

/** SHA-256 of text (as UTF-8) or bytes, as hex digits. */
export function sha256(content: string | Uint8Array): string {
  return digest(content).toString('hex');
}

/** SHA-256 in base64 without padding, as OpenSSH writes fingerprints. */
export function sha256Base64(content: Uint8Array): string {
  return digest(content).toString('base64').replace(/=+$/, '');
}

/** SHA-1 as upper-case hex digits: fingerprints of OpenPGP keys (RFC 4880, § 12.2), nothing else. */
export function sha1(content: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha1', content, 'hex').toUpperCase();
}

/** A whole number from 0 up to, not including, `limit`, from the system's secure generator. */
export function drawBelow(limit: number): number {
  return process.getBuiltinModule('node:crypto').randomInt(limit);
}

/** What a step writes is asked for twice in a row: for what it has made, and for the note of what it changes. */
let last: { readonly bytes: Buffer; readonly digest: Buffer } | undefined;

function digest(content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length < largeBytes) {
    if (last === undefined || !last.bytes.equals(bytes))
      last = { bytes: Buffer.from(bytes), digest: Buffer.from(sha256OfSmall(bytes)) };
    return last.digest;
  }
  return process.getBuiltinModule('node:crypto').hash('sha256', bytes, 'buffer');
}
