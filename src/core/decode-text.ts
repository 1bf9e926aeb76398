// Bytes to text: UTF-8 only, with the place of the first byte that is not.

import { isUtf8 } from 'node:buffer';

const LF = 10;

export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly hadByteOrderMark: boolean }
  | { readonly ok: false; readonly offset: number; readonly line: number; readonly column: number };

/** Decodes UTF-8 and takes a byte order mark off. A failure gives the byte offset (from 0), the line and the column (from 1). */
export function decodeText(bytes: Uint8Array): DecodedText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(buffer)) {
    const offset = findInvalidByte(buffer);
    const lineStart = offset === 0 ? 0 : buffer.lastIndexOf(LF, offset - 1) + 1;
    const column = [...buffer.toString('utf8', lineStart, offset)].length + 1;
    return { ok: false, offset, line: countLineFeeds(buffer, offset) + 1, column };
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

function countLineFeeds(buffer: Buffer, end: number): number {
  let count = 0;
  for (let at = buffer.indexOf(LF); at >= 0 && at < end; at = buffer.indexOf(LF, at + 1)) count++;
  return count;
}
