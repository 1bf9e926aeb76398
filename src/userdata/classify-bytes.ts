// What unrecognised bytes look like, in words that never quote them.

export const binaryData = 'binary data';

const signatures: readonly (readonly [signature: readonly number[], kind: string])[] = [
  [[0x1f, 0x8b], 'gzip data'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz data'],
  [[0x42, 0x5a, 0x68], 'bzip2 data'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd data'],
  [[0x7f, 0x45, 0x4c, 0x46], 'a program (ELF)'],
  [[0xff, 0xfe], 'UTF-16 text'],
  [[0xfe, 0xff], 'UTF-16 text'],
];

/** Names the kind of a blob by its first bytes: "gzip data", "UTF-16 text", "binary data"; undefined when it may be UTF-8 text. */
export function classifyBytes(bytes: Uint8Array): string | undefined {
  const known = signatures.find(([signature]) => signature.every((byte, at) => bytes[at] === byte));
  if (known !== undefined) return known[1];
  const start = bytes.subarray(0, 1024);
  if (!start.includes(0)) return undefined;
  return looksLikeUtf16(start) ? 'UTF-16 text' : binaryData;
}

/** Names the kind of a text without a known first line: "an HTML page", "JSON", "text without a header". */
export function classifyText(text: string): string {
  const start = text.slice(0, 4096).trimStart();
  if (/^(?:<!doctype html|<html\b)/i.test(start)) return 'an HTML page';
  if (/^<powershell>|^#ps1|^rem\s+cmd/i.test(start)) return 'a script for Windows guests';
  if (start.startsWith('<')) return 'XML';
  if (/^[{[]/.test(start)) return 'JSON';
  if (start.startsWith('-----BEGIN ')) return 'a PEM file (a key or certificate)';
  if (/^(?:ssh-|ecdsa-|sk-)\S+ \S/.test(start)) return 'an SSH public key';
  if (/^#\s*cloud-config\s*$/im.test(start)) return 'text with "#cloud-config" on a later line';
  if (/^(?:---\s+)?[a-z][\w-]*:(?:\s|$)/i.test(start)) return 'YAML without a header';
  if (start.startsWith('#')) return 'text that starts with another comment';
  return 'text without a header';
}

function looksLikeUtf16(start: Uint8Array): boolean {
  let even = 0;
  let odd = 0;
  for (let at = 0; at + 1 < start.length; at += 2) {
    if (start[at] === 0) even++;
    if (start[at + 1] === 0) odd++;
  }
  const pairs = start.length >> 1;
  return (even > pairs * 0.7 && odd === 0) || (odd > pairs * 0.7 && even === 0);
}
