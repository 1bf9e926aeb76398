// What entries are packed with.

import { gzipSync } from 'node:zlib';

export const script = '#!/bin/sh\necho S3cr3t\n';
export const document = '#cloud-config\nhostname: web\n';

/** gzip, `times` over. */
export function gzip(content: string | Uint8Array, times = 1): Uint8Array {
  const packed = gzipSync(content, { level: 9 });
  return times === 1 ? packed : gzip(packed, times - 1);
}

/** base64 as text, `times` over. */
export function base64(content: string | Uint8Array, times = 1): string {
  const text = Buffer.from(content).toString('base64');
  return times === 1 ? text : base64(text, times - 1);
}

/** The bytes with those at `at` replaced. */
export function damage(bytes: Uint8Array, at: number, ...replaced: number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(replaced, at < 0 ? copy.length + at : at);
  return copy;
}

/** A multipart message of parts that are written out, headers and body; without its closing delimiter where `isOpen`. */
export function mime(
  parts: readonly string[],
  options: { readonly boundary?: string; readonly header?: string; readonly isOpen?: boolean } = {},
): string {
  const { boundary = 'B', isOpen = false } = options;
  const { header = `; boundary="${boundary}"` } = options;
  const body = parts.map((part) => `--${boundary}\n${part}\n`).join('');
  return `Content-Type: multipart/mixed${header}\nMIME-Version: 1.0\n\n${body}${isOpen ? '' : `--${boundary}--\n`}`;
}

/** A part of a type, with further header lines. */
export function part(type: string, body: string, ...headers: string[]): string {
  return [`Content-Type: ${type}`, ...headers, '', body].join('\n');
}
