// The Joliet name space: UCS-2 big-endian identifiers with their case, spelled as they are (Joliet Specification,
// 1995).
// Versions (`;1`) are left out, as genisoimage leaves them out.

/** Escape sequence of UCS-2 level 3, byte 89 of the supplementary volume descriptor. */
export const JOLIET_ESCAPE_SEQUENCE: Uint8Array = Uint8Array.of(0x25, 0x2f, 0x45);

/** Encodes text as big-endian UTF-16. */
export function encodeUcs2(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), false);
  return bytes;
}

/**
 * Encodes text into a descriptor field of `length` bytes: cut at whole characters, padded with spaces, odd last byte
 * 0.
 */
export function encodeJolietField(text: string, length: number): Uint8Array {
  const units = Math.floor(length / 2);
  const field = new Uint8Array(length);
  field.set(encodeUcs2(text.slice(0, units).padEnd(units, ' ')));
  return field;
}
