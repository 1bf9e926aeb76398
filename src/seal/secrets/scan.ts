// Secrets in files that people write for an image: user_data, settings, units. What is packed (gzip, base64) is unpacked first.

import { gunzip } from '../../userdata/compound/gunzip.ts';
import { parseYaml } from '../../yaml/parse.ts';
import { detectSecret } from './detectors.ts';

export type FoundSecret = { readonly line: number; readonly what: string };

const unpackedLimitBytes = 16 * 1024 * 1024;
const layersLimit = 3;

/** Places in the order of the file, at most one a line. Bytes that are no text hold none that can be seen. */
export function scanForSecrets(bytes: Uint8Array): readonly FoundSecret[] {
  return scanLayer(bytes, { layers: layersLimit, room: { bytes: unpackedLimitBytes } });
}

/** What may still be unpacked below this place: so deep, and in all of the file so much. */
type Bounds = { readonly layers: number; readonly room: { bytes: number } };

function scanLayer(bytes: Uint8Array, { layers, room }: Bounds): readonly FoundSecret[] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const unpacked = layers > 0 && room.bytes > 0 ? gunzip(bytes, room.bytes) : undefined;
    // What was too much has been unpacked up to there all the same.
    room.bytes -= unpacked?.ok === true ? unpacked.bytes.length : unpacked?.code === 'limit' ? room.bytes : 0;
    return unpacked?.ok === true ? atLine(scanLayer(unpacked.bytes, { layers: layers - 1, room }), 1) : [];
  }
  if (bytes.includes(0)) return [];
  const text = new TextDecoder().decode(bytes);
  const found = new Map<number, string>();
  const add = (secrets: readonly FoundSecret[]): void => {
    for (const { line, what } of secrets) if (!found.has(line)) found.set(line, what);
  };
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const what = detectSecret(line);
    if (what !== undefined) add([{ line: index + 1, what }]);
  }
  if (layers > 0) {
    for (const { line, body } of findBase64(lines)) {
      const inner = Buffer.from(body, 'base64');
      add(atLine(scanLayer(inner, { layers: layers - 1, room }), line));
    }
  }
  add(scanChpasswd(text));
  return [...found].map(([line, what]) => ({ line, what })).sort((a, b) => a.line - b.line);
}

/** What is found in something that was packed is told at the place of the package. */
function atLine(found: readonly FoundSecret[], line: number): FoundSecret[] {
  const [first] = found;
  return first === undefined ? [] : [{ line, what: `${first.what}, packed` }];
}

/** Runs of lines of base64, as MIME and YAML have them, and single long words of it. */
function findBase64(lines: readonly string[]): { line: number; body: string }[] {
  const found: { line: number; body: string }[] = [];
  let run: { line: number; body: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const whole = /^\s*([A-Za-z0-9+/]{20,}={0,2})\s*$/.exec(line)?.[1];
    if (whole !== undefined) {
      run ??= { line: index + 1, body: '' };
      run.body += whole;
      continue;
    }
    const tail = /^\s*([A-Za-z0-9+/]{1,19}={0,2})\s*$/.exec(line)?.[1];
    if (run !== undefined) found.push(tail === undefined ? run : { ...run, body: run.body + tail });
    run = undefined;
    for (const [, body = ''] of line.matchAll(/(?<![\w+/=-])([A-Za-z0-9+/]{24,}={0,2})(?![\w+/=-])/g))
      found.push({ line: index + 1, body });
  }
  if (run !== undefined) found.push(run);
  return found;
}

/** `chpasswd.list` has its passwords as `user:password`, which says nothing by itself. */
function scanChpasswd(text: string): FoundSecret[] {
  if (!/^\s*chpasswd\s*:/m.test(text)) return [];
  const document = parseYaml(text);
  if (!document.ok) return [];
  const chpasswd = get(document.value, 'chpasswd');
  const list = get(chpasswd, 'list');
  const entries = typeof list === 'string' ? list.split('\n') : Array.isArray(list) ? list : [];
  const isSet = entries.some((entry) => typeof entry === 'string' && /^[^:]+:(?!R$|RANDOM$).+/.test(entry.trim()));
  return isSet ? [{ line: document.locate(['chpasswd', 'list']).line, what: 'passwords' }] : [];
}

function get(value: unknown, key: string): unknown {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
