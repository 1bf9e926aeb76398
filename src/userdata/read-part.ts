// Decoded text to a part: line ends and the first line that says what it is.

import { decodeText } from '../core/decode-text.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Part } from './part-format.ts';

export type ReadPart =
  | { readonly kind: 'blank'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'part'; readonly part: Part; readonly diagnostics: readonly Diagnostic[] };

const CR = 0x0d;
const LF = 0x0a;

/** Reads UTF-8 bytes whose kind is known already; what is corrected on the way is noted. */
export function readPart(bytes: Uint8Array, source: string): ReadPart {
  const decoded = decodeText(bytes);
  if (!decoded.ok) return { kind: 'invalid', diagnostics: [describeInvalid(decoded, source)] };
  const diagnostics: Diagnostic[] = decoded.hadByteOrderMark ? [noteByteOrderMark(source)] : [];
  if (!/\S/.test(decoded.text)) return { kind: 'blank', diagnostics };
  return { kind: 'part', part: toPart(decoded.text, source, diagnostics), diagnostics };
}

/** Makes a part of a text that is not blank; CRLF becomes LF, with a note in `notes`. */
export function toPart(decoded: string, source: string, notes: Diagnostic[]): Part {
  const crlfLine = countLines(decoded, decoded.indexOf('\r\n'));
  if (crlfLine !== undefined) notes.push(noteSpelling(source, crlfLine, 'lines end in CRLF; read as LF'));
  const text = crlfLine === undefined ? decoded : joinLines(decoded);
  const headerOffset = Math.max(0, text.search(/\S/));
  return { text, source, headerOffset, headerLine: countLines(text, headerOffset) ?? 1 };
}

/** CRLF as LF. On bytes: a million replacements in a string take a hundred megabytes. */
function joinLines(text: string): string {
  const bytes = Buffer.from(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === CR && bytes[at + 1] === LF) continue;
    bytes[length++] = byte;
  }
  return bytes.toString('utf8', 0, length);
}

/** The first line that is not blank, as it stands. */
export function readFirstLine({ text, headerOffset }: Pick<Part, 'text' | 'headerOffset'>): string {
  const lineEnd = text.indexOf('\n', headerOffset);
  return text.slice(headerOffset, lineEnd < 0 ? undefined : lineEnd);
}

/** Says where bytes stop being UTF-8. */
export function describeInvalid(
  { offset, line, column }: { offset: number; line: number; column: number },
  source: string,
): Diagnostic {
  const message = `expected UTF-8 text, found another byte at offset ${offset}`;
  return { severity: 'error', code: 'syntax', source, line, column, message };
}

/** Says that a byte order mark was left out. */
export function noteByteOrderMark(source: string): Diagnostic {
  return noteSpelling(source, 1, 'a UTF-8 byte order mark stands before the first line; left out');
}

/** A harmless misspelling that was accepted. */
export function noteSpelling(source: string, line: number, message: string): Diagnostic {
  return { severity: 'note', code: 'spelling', source, line, column: 1, message };
}

/** The 1-based line of an offset; undefined for the -1 of a failed search. */
function countLines(text: string, offset: number): number | undefined {
  if (offset < 0) return undefined;
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
