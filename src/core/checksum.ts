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

const sectorWords = 128;

/**
 * Sixteen hex digits over 32-bit words: two sums with different primes, for what is compared without anything else to go by. Most of what a
 * drive begins with repeats what is before it, zeros above all: such sectors of 512 bytes are passed over, as the place of each word counts.
 */
export function checksumWords(words: Uint32Array): string {
  let first = offsetBasis;
  let second = offsetBasis;
  let before: Uint8Array = Buffer.alloc(4 * sectorWords);
  for (let start = 0; start < words.length; start += sectorWords) {
    const sector = words.subarray(start, start + sectorWords);
    const bytes = Buffer.from(sector.buffer, sector.byteOffset, sector.byteLength);
    if (bytes.equals(before)) continue;
    before = bytes;
    for (let index = 0; index < sector.length; index += 1) {
      const word = sector[index] as number;
      first = Math.imul(first ^ word, prime);
      second = Math.imul(second ^ (word >>> 7) ^ (start + index), 0x9e3779b1);
    }
  }
  return (first >>> 0).toString(16).padStart(8, '0') + (second >>> 0).toString(16).padStart(8, '0');
}
