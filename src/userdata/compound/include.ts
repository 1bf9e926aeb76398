// #include and #include-once: lists of addresses whose documents stand where the list stands. Reading is pure: what was fetched is given,
// and what is still to be fetched is told.

import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Part } from '../part-format.ts';
import { readFirstLine } from '../read-part.ts';

/** What came of one address. `reason`: for people, without the address, which may hold a secret. */
export type FetchedDocument =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** An address that a list names and that has not been fetched. `once`: by #include-once alone. */
export type WantedDocument = { readonly url: string; readonly once: boolean };

type Entry = { readonly url: string; readonly line: number; readonly bytes?: Uint8Array };

const protocols = ['https:', 'http:', 'file:'];
const expected = 'expected an address that begins with https://, http:// or file:///';

/**
 * The addresses of one list with their lines, in order; `bytes` where they were fetched. One may follow the keyword on its line; `#` begins
 * a comment.
 */
export function readIncludes(
  part: Part,
  fetched: ReadonlyMap<string, FetchedDocument>,
  report: (problem: Diagnostic) => void,
): Entry[] {
  const { source, headerOffset, headerLine, text } = part;
  const firstLine = readFirstLine(part);
  const rest = text.slice(headerOffset + firstLine.length + 1);
  const lines = [firstLine.replace(/^#\s*include(?:-once)?/i, ''), ...rest.split('\n')];
  const entries: Entry[] = [];
  for (const [index, raw] of lines.entries()) {
    const word = raw.trim();
    if (word === '' || word.startsWith('#')) continue;
    const line = headerLine + index;
    const tell = (severity: 'error' | 'note', code: 'value' | 'missing', message: string): void =>
      report({ severity, code, source, line, column: raw.indexOf(word) + 1, message });
    const url = URL.parse(word);
    if (url === null || !protocols.includes(url.protocol) || /\s/.test(word)) {
      tell('error', 'value', expected);
      continue;
    }
    const found = fetched.get(url.href);
    if (found?.ok === false) tell('error', 'missing', `could not be fetched: ${found.reason}`);
    else if (found === undefined)
      tell('note', 'missing', 'fetched once the network is up; what it asks for is not known yet');
    entries.push({ url: url.href, line, ...(found?.ok ? { bytes: found.bytes } : {}) });
  }
  if (entries.length === 0)
    report({ severity: 'note', code: 'missing', source, line: headerLine, column: 1, message: 'names no address' });
  return entries;
}
