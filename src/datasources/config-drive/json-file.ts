// One JSON file of the drive: a map at the top, or a diagnostic with its place.

import { decodeText } from '../../core/decode-text.ts';
import { type Diagnostic, describeType } from '../../core/diagnostic.ts';
import { limitDiagnostics } from '../../core/diagnostic-list.ts';
import { parseJsonLocated } from '../../yaml/json.ts';
import { isOverLimit } from '../../yaml/refusal.ts';
import type { DriveReader } from '../drive-reader.ts';
import { metaDataLimitBytes, readOptional } from './layout.ts';

export type JsonFile = {
  readonly source: string;
  readonly fields: Readonly<Record<string, unknown>>;
  place(path: readonly (string | number)[]): { line: number; column: number };
};

export type JsonValue = Pick<JsonFile, 'source' | 'place'> & { readonly value: unknown };

/** Undefined when the file is absent, refused, not UTF-8, not JSON, or not a map; all but the first are reported, and so are keys given twice. */
export function readJsonFile(reader: DriveReader, source: string, diagnostics: Diagnostic[]): JsonFile | undefined {
  const file = readJsonValue(reader, source, diagnostics);
  if (file === undefined) return undefined;
  const { value, place } = file;
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return { source, fields: value as Record<string, unknown>, place };
  }
  const message = `expected a JSON object, found ${describeType(value)}`;
  diagnostics.push({ severity: 'error', code: 'damaged', source, line: 1, column: 1, message });
  return undefined;
}

/** As readJsonFile, for files whose top may be any value. */
export function readJsonValue(reader: DriveReader, source: string, diagnostics: Diagnostic[]): JsonValue | undefined {
  const bytes = readOptional(reader, source, metaDataLimitBytes, diagnostics);
  if (bytes === undefined) return undefined;
  const damaged = (message: string, place: { line?: number; column?: number } = {}): undefined => {
    const code = isOverLimit(message) ? 'limit' : 'damaged';
    diagnostics.push({ severity: 'error', code, source, ...place, message });
    return undefined;
  };
  const decoded = decodeText(bytes);
  if (!decoded.ok) return damaged('expected UTF-8 text', { line: decoded.line, column: decoded.column });
  const { text } = decoded;
  if (text.trim() === '') return damaged('expected a JSON object, found an empty file', { line: 1, column: 1 });
  const parsed = parseJsonLocated(text);
  if (!parsed.ok) return damaged(parsed.reason, { line: parsed.line, column: parsed.column });
  const repeated = parsed.findDuplicates();
  if (repeated.length > 0) {
    const message = 'this key was given before in the same map; the last one counts';
    const told = repeated.map(({ line, column }): Diagnostic => {
      return { severity: 'warning', code: 'duplicate-key', source, line, column, message };
    });
    for (const one of limitDiagnostics(told, source)) diagnostics.push(one);
  }
  return { source, value: parsed.value, place: (path) => parsed.locate(path) };
}

/** A string field; another type is reported with its place, an empty string or null counts as absent. */
export function readString(file: JsonFile, key: string, diagnostics: Diagnostic[]): string | undefined {
  const value = Object.hasOwn(file.fields, key) ? file.fields[key] : undefined;
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  diagnostics.push({
    severity: 'error',
    code: 'type',
    source: file.source,
    ...file.place([key]),
    path: key,
    message: `expected a string, found ${describeType(value)}`,
  });
  return undefined;
}
