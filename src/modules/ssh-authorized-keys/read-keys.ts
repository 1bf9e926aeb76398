// Key lines of a document or of the metadata as parsed keys; what is no key is reported and left out, never its text.

import type { ModuleContext } from '../../core/define.ts';
import { type PublicKey, parsePublicKey } from './public-key.ts';

type Report = ModuleContext<unknown>['report'];
type Path = readonly (string | number)[];

/**
 * Keys of a user_data value (a string, a list or a map of lines), where an options field is the author's business, or of the
 * metadata, where it is refused: whoever may name a key there may not bind a command to it.
 */
export function readKeys(
  from: { report: Report } & ({ value: unknown; path: Path } | { metadata: readonly string[] }),
): PublicKey[] {
  const inMetadata = 'metadata' in from;
  const entries: [text: string, path: Path | undefined, label: string][] = inMetadata
    ? from.metadata.map((text, index) => [text, undefined, `metadata public key ${index + 1}: `])
    : listLines(from.value, from.path).map(([text, path]) => [text, path, '']);
  const keys: PublicKey[] = [];
  const seen = new Set<string>();
  for (const [text, path, label] of entries) {
    const key = parsePublicKey(text);
    if ('expected' in key) {
      if (key.skip === true) {
        from.report(
          {
            severity: 'note',
            code: 'unsupported-format',
            message: `${label}expected ${key.expected}; certificates are left out`,
          },
          path,
        );
      } else {
        from.report({ severity: 'error', code: 'value', message: `${label}expected ${key.expected}` }, path);
      }
      continue;
    }
    if (inMetadata && key.options !== undefined) {
      from.report(
        { severity: 'error', code: 'refused', message: `${label}key options are accepted in user_data only` },
        path,
      );
      continue;
    }
    const line = `${key.options ?? ''} ${key.line}`;
    if (!seen.has(line)) keys.push(key);
    seen.add(line);
  }
  return keys;
}

function listLines(value: unknown, path: Path): [string, Path][] {
  if (typeof value === 'string') {
    // One string with several lines is a file of keys: it may hold comments and empty lines.
    const lines = value.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
    return lines.map((line) => [line, path]);
  }
  if (Array.isArray(value)) return value.map((line, index) => [String(line), [...path, index]]);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).map(([name, line]) => [String(line), [...path, name]]);
}
