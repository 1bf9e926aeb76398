// The few cryptographic primitives in use. node:crypto costs 3 ms of a boot that may need none of it, so it is loaded at first use.

/** SHA-256 of text (as UTF-8) or bytes, as hex digits. */
export function sha256(content: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', content, 'hex');
}

/** SHA-256 in base64 without padding, as OpenSSH writes fingerprints. */
export function sha256Base64(content: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', content, 'base64').replace(/=+$/, '');
}

/** SHA-1 as upper-case hex digits: fingerprints of OpenPGP keys (RFC 4880, § 12.2), nothing else. */
export function sha1(content: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha1', content, 'hex').toUpperCase();
}

/** A whole number from 0 up to, not including, `limit`, from the system's secure generator. */
export function drawBelow(limit: number): number {
  return process.getBuiltinModule('node:crypto').randomInt(limit);
}
