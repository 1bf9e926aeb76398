// A checksum against torn and damaged lines, not against an adversary: the state is root's alone.
// FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). node:zlib has CRC-32, but loading it costs every boot 0.8 ms.

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** Eight hex digits over the UTF-16 units of text or over bytes. */
export function checksum(content: string | Uint8Array): string {
  let hash = offsetBasis;
  if (typeof content === 'string') {
    for (let index = 0; index < content.length; index += 1) hash = Math.imul(hash ^ content.charCodeAt(index), prime);
  } else {
    for (const byte of content) hash = Math.imul(hash ^ byte, prime);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
