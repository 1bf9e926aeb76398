// The identity of a profile: the same for the same link name on every boot, so that a rewritten file replaces its profile.

import { checksum } from '../../../core/checksum.ts';

/** RFC 9562 section 5.8 (version 8): made from the name by our own rule, as version 5 is by SHA-1, which costs a boot a module. */
export function profileUuid(link: string): string {
  const digits = [1, 2, 3, 4].map((part) => checksum(`guest-init NetworkManager profile ${part} ${link}`)).join('');
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}
