// OpenPGP keys (RFC 4880): out of their ASCII armour, apart from each other, and named by their fingerprint.

import { sha1 } from '../host/crypto.ts';

export type PublicKey = {
  /** 40 hex digits, upper case, of the primary key and of its subkeys; keys before and after version 4 have none here. */
  readonly fingerprints: readonly string[];
  /** The whole key with its identities and signatures. */
  readonly bytes: Uint8Array;
};

const tags = { publicKey: 6, publicSubkey: 14 } as const;

/** The keys of a text with one or more armoured blocks; what is not well formed ends the list of its block. */
export function readArmouredKeys(text: string): PublicKey[] {
  const blocks = text.matchAll(
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n((?:[^\n]+\r?\n)*?)\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g,
  );
  return [...blocks].flatMap(([, , body = '']) => {
    // The checksum of the armour is a line that begins with "=".
    const base64 = body.replace(/^=.*$/m, '').replace(/\s+/g, '');
    return splitKeys(Buffer.from(base64, 'base64'));
  });
}

/** The keys of a binary keyring. */
export function splitKeys(bytes: Uint8Array): PublicKey[] {
  const keys: { fingerprints: string[]; start: number; end: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const packet = readPacket(bytes, at);
    if (packet === undefined) break;
    if (packet.tag === tags.publicKey) keys.push({ fingerprints: [], start: at, end: at });
    const key = keys.at(-1);
    if (key !== undefined) key.end = packet.end;
    if (packet.tag === tags.publicKey || packet.tag === tags.publicSubkey) {
      const body = bytes.subarray(packet.start, packet.end);
      if (body[0] === 4) {
        const prefix = [0x99, body.length >> 8, body.length & 0xff];
        key?.fingerprints.push(sha1(Buffer.concat([Buffer.from(prefix), body])));
      }
    }
    at = packet.end;
  }
  return keys.map(({ fingerprints, start, end }) => ({ fingerprints, bytes: bytes.subarray(start, end) }));
}

/** § 4.2: old and new headers; no key uses partial or indeterminate lengths. */
function readPacket(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } | undefined {
  const header = bytes[at] ?? 0;
  if ((header & 0x80) === 0) return undefined;
  const isNew = (header & 0x40) !== 0;
  const tag = isNew ? header & 0x3f : (header >> 2) & 0x0f;
  const length = isNew ? readNewLength(bytes, at + 1) : readOldLength(bytes, at + 1, header & 3);
  if (length === undefined) return undefined;
  const end = length.start + length.size;
  return end > bytes.length ? undefined : { tag, start: length.start, end };
}

type Length = { readonly start: number; readonly size: number };

function readNewLength(bytes: Uint8Array, at: number): Length | undefined {
  const first = bytes[at] ?? 0;
  if (first < 192) return { start: at + 1, size: first };
  if (first < 224) return { start: at + 2, size: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  return first === 255 ? { start: at + 5, size: readNumber(bytes, at + 1, 4) } : undefined;
}

function readOldLength(bytes: Uint8Array, at: number, type: number): Length | undefined {
  const octets = [1, 2, 4][type];
  return octets === undefined ? undefined : { start: at + octets, size: readNumber(bytes, at, octets) };
}

function readNumber(bytes: Uint8Array, at: number, octets: number): number {
  let value = 0;
  for (let index = 0; index < octets; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
