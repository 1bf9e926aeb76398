// Bytes to text: UTF-8 only, with the place of the first byte that is not.

import { isUtf8 } from 'node:buffer';

export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly hadByteOrderMark: boolean }
  | { readonly ok: false; readonly offset: number; readonly line: number; readonly column: number };

/** Decodes UTF-8 and takes a byte order mark off. A failure gives the byte offset (from 0), the line and the column (from 1). Lines end as PyYAML has it: LF, CR, CRLF, NEL. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(buffer)) {
    const offset = findInvalidByte(buffer);
    return { ok: false, offset, ...placeAfter(buffer.toString('utf8', 0, offset)) };
  }
  const text = buffer.toString('utf8');
  const hadByteOrderMark = text.charCodeAt(0) === 0xfeff;
  return { ok: true, text: hadByteOrderMark ? text.slice(1) : text, hadByteOrderMark };
}

/** Halves the range: a cut inside a character makes the piece before it invalid, so the cut moves to a character's start. */
function findInvalidByte(buffer: Buffer): number {
  let valid = 0;
  let end = buffer.length;
  while (end - valid > 8) {
    let middle = (valid + end) >> 1;
    while (middle > valid && isContinuation(buffer[middle])) middle--;
    if (middle === valid) break;
    if (isUtf8(buffer.subarray(valid, middle))) valid = middle;
    else end = middle;
  }
  while (valid < buffer.length) {
    const length = [1, 2, 3, 4].find(
      (size) => valid + size <= buffer.length && isUtf8(buffer.subarray(valid, valid + size)),
    );
    if (length === undefined) return valid;
    valid += length;
  }
  return valid;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** The place behind a text; a byte order mark at its beginning is no column. */
function placeAfter(text: string): { line: number; column: number } {
  let line = 1;
  let lineStart = text.startsWith('\ufeff') ? 1 : 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|[\r\n\u0085]/g)) {
    line++;
    lineStart = index + end.length;
  }
  return { line, column: [...text.slice(lineStart)].length + 1 };
}
