// Raw user_data to one decoded part, to the name of what must be unpacked first, or to the reason why not. Accepts harmless misspellings
// with a note, never in silence (decisions.md D14); refuses by name what this version does not apply.

import { decodeText } from '../core/decode-text.ts';
import type { Diagnostic, DiagnosticCode } from '../core/diagnostic.ts';
import type { RawUserData } from '../core/instance-config.ts';
import { binaryData, classifyBytes, classifyText } from './classify-bytes.ts';
import { findPackedFormat, looksLikeMime, type PackedFormat } from './packed-formats.ts';
import type { Part, PartFormat } from './part-format.ts';
import { describeInvalid, noteByteOrderMark, noteSpelling, readFirstLine, toPart } from './read-part.ts';
import { findRefusedFormat } from './unsupported-formats.ts';

/** Bytes of one document or script as it is stored, at most. */
export const maxUserDataBytes = 4 * 1024 * 1024;

/** Bytes of what was packed, at most: all parts of a source together, unpacked. */
export const maxUnpackedBytes = 16 * 1024 * 1024;

/** Layers of base64 and gzip that are taken off, at most. */
export const maxEncodings = 4;

type Notes = { readonly diagnostics: readonly Diagnostic[] };

export type Detection = Notes &
  (
    | { readonly kind: 'nothing' | 'refused' | 'unrecognised' }
    | { readonly kind: 'part'; readonly format: PartFormat; readonly part: Part }
    /** Bytes that hold something else; `layer` counts the encodings that were taken off. */
    | {
        readonly kind: 'envelope';
        readonly format: 'gzip' | 'mime';
        readonly bytes: Uint8Array;
        readonly source: string;
        readonly layer: number;
      }
    | { readonly kind: 'packed'; readonly format: PackedFormat; readonly part: Part }
  );

const numberSign = 0x23;
const lineFeed = 0x0a;

/**
 * Says what user_data is. Blank data is `nothing`. `refused` (recognised, not applied) and `unrecognised` end with an error. `layer`
 * counts the encodings already taken off.
 */
export function detectUserData(raw: RawUserData, formats: readonly PartFormat[], layer = 0): Detection {
  const { bytes, source } = raw;
  const notes: Diagnostic[] = [];
  const fail = (kind: 'refused' | 'unrecognised', diagnostic: Diagnostic): Detection => {
    return { kind, diagnostics: [...notes, diagnostic] };
  };
  const describe = (code: DiagnosticCode, message: string, line?: number): Diagnostic => {
    return { severity: 'error', code, source, ...(line === undefined ? {} : { line, column: 1 }), message };
  };

  const most = layer === 0 ? maxUserDataBytes : maxUnpackedBytes;
  if (bytes.byteLength > most) {
    const limit = `${most} (${most / 1024 / 1024} MiB)`;
    return fail('refused', describe('limit', `${bytes.byteLength} bytes; the limit is ${limit}`));
  }
  const kind = classifyBytes(bytes);
  if (kind === 'gzip data') return { kind: 'envelope', format: 'gzip', bytes, source, layer, diagnostics: notes };
  if (looksLikeMime(bytes)) return { kind: 'envelope', format: 'mime', bytes, source, layer, diagnostics: notes };
  if (kind !== undefined) {
    const problem = describe('syntax', describeUnknown(kind, formats));
    return fail('unrecognised', { ...problem, ...(kind === binaryData && findZero(bytes)) });
  }
  const decoded = decodeText(bytes);
  if (!decoded.ok) return fail('unrecognised', describeInvalid(decoded, source));
  const start = decoded.text.search(/\S/);
  if (start < 0) return { kind: 'nothing', diagnostics: [] };
  if (decoded.hadByteOrderMark) notes.push(noteByteOrderMark(source));

  const inner = decodeBase64(decoded.text);
  if (inner !== undefined) {
    if (layer >= maxEncodings) return fail('refused', describe('limit', `encoded more than ${maxEncodings} times`));
    const detection = detectUserData({ bytes: inner, source: nameDecoded(source) }, formats, layer + 1);
    if (detection.kind !== 'nothing' && detection.kind !== 'unrecognised') {
      notes.push(noteSpelling(source, 1, 'the whole of user_data is base64; decoded'));
      return { ...detection, diagnostics: [...notes, ...detection.diagnostics] };
    }
  }

  const part = toPart(decoded.text, source, notes);
  const { text, headerOffset, headerLine } = part;
  const firstLine = readFirstLine(part);
  const refused = findRefusedFormat(firstLine, text.slice(headerOffset, headerOffset + 4096));
  if (refused !== undefined) return fail('refused', describe(refused.code, refused.message, headerLine));

  const accept = (header: string, isExact: boolean): void => {
    if (headerOffset > 0) notes.push(noteSpelling(source, 1, 'white space stands before the first line; left out'));
    if (!isExact) notes.push(noteSpelling(source, headerLine, `the first line should be "${header}"; read as such`));
  };
  const packed = findPackedFormat(firstLine);
  if (packed !== undefined) {
    accept(packed.header, firstLine.startsWith(packed.header));
    return { kind: 'packed', format: packed.format, part, diagnostics: notes };
  }
  for (const format of formats) {
    const match = format.recognise(firstLine);
    if (match === undefined) continue;
    accept(format.header, match === 'exact');
    return { kind: 'part', format, part, diagnostics: notes };
  }
  return fail('unrecognised', describe('syntax', describeUnknown(classifyText(text), formats), headerLine));
}

/** Of a document that would be text but for a zero byte, the place of that; column in bytes. */
function findZero(bytes: Uint8Array): { line: number; column: number } | undefined {
  const at = bytes.indexOf(0);
  if (bytes[0] !== numberSign || at < 0) return undefined;
  const before = bytes.subarray(0, at);
  return { line: before.filter((byte) => byte === lineFeed).length + 1, column: at - before.lastIndexOf(lineFeed) };
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
