// Raw user_data to one decoded part, or to the reason why not. Accepts harmless misspellings with a note, never in silence
// (decisions.md D14); refuses by name what this version does not apply.

import type { Diagnostic, DiagnosticCode } from '../core/diagnostic.ts';
import type { RawUserData } from '../core/instance-config.ts';
import { classifyBytes, classifyText } from './classify-bytes.ts';
import { decodeText } from './decode-text.ts';
import type { Part, PartFormat } from './part-format.ts';
import { findRefusedFormat, gzipFormat } from './unsupported-formats.ts';

/** Bytes of user_data that are looked at, at most. */
export const maxUserDataBytes = 4 * 1024 * 1024;

/** Layers of base64 that are taken off, at most. */
const maxEncodings = 4;

export type Detection =
  | { readonly kind: 'nothing'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused' | 'unrecognised'; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: 'part';
      readonly format: PartFormat;
      readonly part: Part;
      readonly diagnostics: readonly Diagnostic[];
    };

/**
 * Says what user_data is. Blank data is `nothing`. `refused` (recognised, not applied) and `unrecognised` end with an error.
 */
export function detectUserData(raw: RawUserData, formats: readonly PartFormat[]): Detection {
  return detectLayer(raw, formats, 0);
}

type Place = { readonly line?: number; readonly column?: number };

/** `layer` counts the encodings already taken off. */
function detectLayer({ bytes, source }: RawUserData, formats: readonly PartFormat[], layer: number): Detection {
  const notes: Diagnostic[] = [];
  const note = (line: number, message: string): void => {
    notes.push({ severity: 'note', code: 'spelling', source, line, column: 1, message });
  };
  const fail = (
    kind: 'refused' | 'unrecognised',
    code: DiagnosticCode,
    message: string,
    place: Place = {},
  ): Detection => {
    return { kind, diagnostics: [...notes, { severity: 'error', code, source, ...place, message }] };
  };

  if (bytes.byteLength > maxUserDataBytes) {
    return fail('refused', 'limit', `${bytes.byteLength} bytes; the limit is ${maxUserDataBytes} (4 MiB)`);
  }
  const kind = classifyBytes(bytes);
  if (kind === 'gzip data') return fail('refused', gzipFormat.code, gzipFormat.message);
  if (kind !== undefined) return fail('unrecognised', 'syntax', describeUnknown(kind, formats));
  const decoded = decodeText(bytes);
  if (!decoded.ok) {
    const message = `expected UTF-8 text, found another byte at offset ${decoded.offset}`;
    return fail('unrecognised', 'syntax', message, { line: decoded.line });
  }
  const headerLine = countLines(decoded.text, decoded.text.search(/\S/));
  if (headerLine === undefined) return { kind: 'nothing', diagnostics: [] };
  if (decoded.hadByteOrderMark) note(1, 'a UTF-8 byte order mark stands before the first line; left out');

  const inner = decodeBase64(decoded.text);
  if (inner !== undefined) {
    if (layer >= maxEncodings) return fail('refused', 'limit', `base64 inside base64, more than ${maxEncodings} times`);
    const detection = detectLayer({ bytes: inner, source: nameDecoded(source) }, formats, layer + 1);
    if (detection.kind === 'part' || detection.kind === 'refused') {
      note(1, 'the whole of user_data is base64; decoded');
      return { ...detection, diagnostics: [...notes, ...detection.diagnostics] };
    }
  }

  const crlfLine = countLines(decoded.text, decoded.text.indexOf('\r\n'));
  if (crlfLine !== undefined) note(crlfLine, 'lines end in CRLF; read as LF');
  const text = crlfLine === undefined ? decoded.text : decoded.text.replaceAll('\r\n', '\n');
  const headerOffset = text.search(/\S/);
  const lineEnd = text.indexOf('\n', headerOffset);
  const firstLine = text.slice(headerOffset, lineEnd < 0 ? undefined : lineEnd);
  const refused = findRefusedFormat(firstLine, text.slice(headerOffset, headerOffset + 4096));
  if (refused !== undefined) return fail('refused', refused.code, refused.message, { line: headerLine, column: 1 });

  for (const format of formats) {
    const match = format.recognise(firstLine);
    if (match === undefined) continue;
    if (headerOffset > 0) note(1, 'white space stands before the first line; left out');
    if (match === 'loose') note(headerLine, `the first line should be "${format.header}"; read as such`);
    return { kind: 'part', format, part: { text, source, headerOffset, headerLine }, diagnostics: notes };
  }
  const message = describeUnknown(classifyText(text), formats);
  return fail('unrecognised', 'syntax', message, { line: headerLine, column: 1 });
}

function describeUnknown(kind: string, formats: readonly PartFormat[]): string {
  const headers = formats.map(({ header }) => `"${header}"`).join(' or ');
  return `not recognised: the first line should be ${headers}; found ${kind}`;
}

function nameDecoded(source: string): string {
  return source.endsWith(' (decoded)') ? source : `${source} (decoded)`;
}

/** The bytes inside when the whole text is base64, folded or not; undefined when it is not. */
function decodeBase64(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(trimmed)) return undefined;
  const packed = trimmed.replaceAll(/\s+/g, '');
  const data = packed.replace(/=+$/, '');
  if (data.length < 4 || data.length % 4 === 1 || (packed !== data && packed.length % 4 !== 0)) return undefined;
  return new Uint8Array(Buffer.from(data, 'base64'));
}

/** The 1-based line of an offset; undefined for the -1 of a failed search. */
function countLines(text: string, offset: number): number | undefined {
  if (offset < 0) return undefined;
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
