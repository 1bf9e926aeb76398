// The identity of a profile: the same for the same link name on every boot, so that a rewritten file replaces its profile.

/** RFC 9562 section 5.8 (version 8): made from the name by our own rule, as version 5 is by SHA-1, which costs a boot a module. */
export function profileUuid(link: string): string {
  const digits = [1, 2, 3, 4].map((part) => hash(`guest-init NetworkManager profile ${part} ${link}`)).join('');
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), as eight hex digits. */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, '0');
}
