// JSON with places (meta_data.json, network_data.json): JSON.parse reads the values, our own scanner finds the places,
// and only when they are asked for. V8's own messages quote the source and are never used (reliability.md M5).
import { type JsonScan, scanJson } from './json-scan.ts';
import { indexLines } from './line-index.ts';
import type { LocatedRemark, Path, Place, Refused } from './parse.ts';
import { Refusal } from './refusal.ts';

export type JsonDocument = {
  readonly ok: true;
  /**
   * What JSON.parse gives. A key `__proto__` is an ordinary own property there, so read fields of untrusted objects with
   * `Object.hasOwn` first, and copy them with spread or `Object.entries`, never by assignment under a computed key.
   */
  readonly value: unknown;
  /** Place of the key of an object's member, or of an array's item, or of the nearest existing ancestor. */
  readonly locate: (path: Path) => Place;
  /** As `locate`, but the place of the value. */
  readonly locateValue: (path: Path) => Place;
  /** Keys given again in the same object (the last one counts); scans the text when called. */
  readonly findDuplicates: () => readonly LocatedRemark[];
};

export type JsonResult = JsonDocument | Refused;

export type JsonOptions = {
  /** Collections nested; 100 unless told. */
  readonly maxDepth?: number;
};

/**
 * Reads one JSON text (RFC 8259; a leading byte order mark is allowed, NaN and Infinity are not, lone surrogates are kept).
 * Never throws; linear. A refusal's reason is our own sentence and holds no text of the document.
 */
export function parseJsonLocated(text: string, { maxDepth = 100 }: JsonOptions = {}): JsonResult {
  const placeOf = indexLines(text);
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return refuse(text, maxDepth);
  }
  if (nestsDeeper(text, maxDepth)) return refuse(text, maxDepth);
  let scan: JsonScan | undefined;
  const scanned = (): JsonScan => {
    scan ??= scanJson(text, maxDepth);
    return scan;
  };
  return {
    ok: true,
    value,
    locate: (path) => placeOf(findOffset(scanned(), path, true)),
    locateValue: (path) => placeOf(findOffset(scanned(), path, false)),
    findDuplicates: () => scanned().repeated.map(({ path, offset }) => ({ path, ...placeOf(offset) })),
  };
}

function refuse(text: string, maxDepth: number): Refused {
  const placeOf = indexLines(text);
  try {
    scanJson(text, maxDepth);
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, ...placeOf(error.offset), reason: error.reason };
    throw error;
  }
  return { ok: false, line: 1, column: 1, reason: 'not valid JSON' };
}

/** Whether brackets outside strings nest deeper than `maxDepth`; the text is known to be JSON. */
function nestsDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      i = skipString(text, i);
    } else if (code === 91 || code === 123) {
      depth++;
      if (depth > maxDepth) return true;
    } else if (code === 93 || code === 125) {
      depth--;
    }
  }
  return false;
}

function skipString(text: string, start: number): number {
  let i = start + 1;
  while (text.charCodeAt(i) !== 34) i += text.charCodeAt(i) === 92 ? 2 : 1;
  return i;
}

function findOffset(scan: JsonScan, path: Path, wantKey: boolean): number {
  let { root: node } = scan;
  let { offset } = node;
  for (const step of path) {
    if (node.kind === 'object') {
      const member = node.members.get(String(step));
      if (member === undefined) return offset;
      node = member.node;
      offset = wantKey ? member.keyOffset : node.offset;
    } else {
      const item = node.items[Number(step)];
      if (item === undefined) return offset;
      node = item;
      offset = item.offset;
    }
  }
  return offset;
}
