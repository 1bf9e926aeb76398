// Interprets user_data with everything that it may be packed in, for the tests of what unpacks it.

import { formatPlace } from '../../core/diagnostic.ts';
import type { Interpretation } from '../interpret.ts';
import { interpretSources, type Sources } from '../interpret-sources.ts';
import { modules } from './modules.ts';

/** Interprets `content` as a file called `u`. */
export function read(content: string | Uint8Array, others: Partial<Sources> = {}): Promise<Interpretation> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return interpretSources({ userData: { bytes, source: 'u' }, ...others }, modules);
}

/** The diagnostics of an interpretation, one line each. */
export function listProblems({ diagnostics }: Pick<Interpretation, 'diagnostics'>): string[] {
  return diagnostics.map((found) => {
    return `${found.severity} ${formatPlace(found)} ${found.path ?? '-'}: ${found.message} (${found.code})`;
  });
}

/** What the document says under its top-level keys, as plain data. */
export function readDocument({ document }: Interpretation): unknown {
  return document === undefined ? undefined : JSON.parse(JSON.stringify(document.raw));
}

/** `[name, kind, frequency, text]` of every script. */
export function listScripts({ scripts = [] }: Interpretation): string[][] {
  return scripts.map(({ name, kind, frequency, bytes }) => {
    return [name, frequency === undefined ? kind : `${kind} ${frequency}`, Buffer.from(bytes).toString()];
  });
}

type MimePart = { readonly type?: string; readonly name?: string; readonly headers?: string; readonly body: string };

/** A multipart message; `headers` are lines that each part has beside its type and name. */
export function makeMime(parts: readonly MimePart[], { boundary = 'BOUNDARY', newline = '\n' } = {}): string {
  const entities = parts.map(({ type, name, headers = '', body }) => {
    const lines = [
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      ...(name === undefined ? [] : [`Content-Disposition: attachment; filename="${name}"`]),
      ...headers.split('\n').filter((line) => line !== ''),
    ];
    return `--${boundary}\n${lines.map((line) => `${line}\n`).join('')}\n${body}\n`;
  });
  const head = `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n\n`;
  return `${head}${entities.join('')}--${boundary}--\n`.replaceAll('\n', newline);
}
