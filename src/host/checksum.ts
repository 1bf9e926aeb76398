// A checksum against torn and damaged lines and for telling one drive from another, not against an adversary: the state is root's alone.

import { openBinding } from './node-bindings.ts';

type Crc32 = (content: string | Uint8Array, value: number) => number;

let crc32: Crc32 | undefined;

/** CRC-32 (ISO 3309) of bytes or of text as UTF-8: eight hex digits. */
export function checksum(content: string | Uint8Array): string {
  crc32 ??= (openBinding<{ crc32: Crc32 }>('zlib') ?? process.getBuiltinModule('node:zlib')).crc32;
  return crc32(content, 0).toString(16).padStart(8, '0');
}
