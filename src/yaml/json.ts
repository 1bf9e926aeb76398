// JSON with places (meta_data.json, network_data.json): JSON.parse reads the values, our own scanner finds the places,
// and only when they are asked for. V8's own messages quote the source and are never used (reliability.md M5).
import { type JsonLimits, type JsonNode, type JsonScan, scanJson } from './json-scan.ts';
import { indexLines } from './line-index.ts';
import type { LocatedRemark, Path, Place, Refused } from './parse.ts';
import { Refusal } from './refusal.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

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
  /** Keys given again in the same object (the last one counts). Counts keys when called, and looks for places only where some are missing. */
  readonly findDuplicates: () => readonly LocatedRemark[];
};

export type JsonResult = JsonDocument | Refused;

/** 100 levels and 200 000 values unless told. */
export type JsonOptions = Partial<JsonLimits>;

/**
 * Reads one JSON text (RFC 8259; a leading byte order mark is allowed, NaN and Infinity are not, lone surrogates are kept).
 * Never throws; linear. A refusal's reason is our own sentence and holds no text of the document.
 */
export function parseJsonLocated(text: string, { maxDepth = 100, maxValues = 200_000 }: JsonOptions = {}): JsonResult {
  const limits = { maxDepth, maxValues };
  const placeOf = indexLines(text);
  // Before JSON.parse: four million brackets cost it far more than their text.
  const counted = countMarks(text, limits);
  if (counted.isOver) return refuse(text, limits);
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return refuse(text, limits);
  }
  let scan: JsonScan | undefined;
  const scanned = (): JsonScan => {
    scan ??= scanJson(text, limits);
    return scan;
  };
  return {
    ok: true,
    value,
    locate: (path) => placeOf(findOffset(scanned(), path, true)),
    locateValue: (path) => placeOf(findOffset(scanned(), path, false)),
    findDuplicates: () =>
      countMembers(value) === counted.members
        ? []
        : scanned().repeated.map(({ path, offset }) => ({ path, ...placeOf(offset) })),
  };
}

function refuse(text: string, limits: JsonLimits): Refused {
  const placeOf = indexLines(text);
  try {
    scanJson(text, limits);
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, ...placeOf(error.offset), reason: error.reason };
    throw error;
  }
  return { ok: false, line: 1, column: 1, reason: 'not valid JSON' };
}

/** Members of all objects in a value of JSON.parse, which keeps one of each key. */
function countMembers(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === null || typeof at !== 'object') continue;
    const inner: readonly unknown[] = Object.values(at);
    if (!Array.isArray(at)) count += inner.length;
    for (const item of inner) if (typeof item === 'object') open.push(item);
  }
  return count;
}

type Counted = { readonly isOver: boolean; readonly members: number };

/**
 * Whether the brackets and commas outside strings are over a limit, and the colons: as many as there are members of objects, those of
 * repeated keys too. Exact where the text is JSON.
 */
function countMarks(text: string, { maxDepth, maxValues }: JsonLimits): Counted {
  let members = 0;
  let depth = 0;
  let values = 1;
  let isEmpty = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) members++;
    if (code === SPACE || code === LF || code === CR || code === TAB) continue;
    const closes = code === CLOSE_ARRAY || code === CLOSE_OBJECT;
    // A collection's first value has no comma before it.
    if (isEmpty && !closes) values++;
    isEmpty = code === OPEN_ARRAY || code === OPEN_OBJECT;
    if (code === QUOTE) {
      i = skipString(text, i);
    } else if (isEmpty) {
      depth++;
    } else if (code === COMMA) {
      values++;
    } else if (closes) {
      depth--;
    }
    if (depth > maxDepth || values > maxValues) return { isOver: true, members };
  }
  return { isOver: false, members };
}

function skipString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

function findOffset(scan: JsonScan, path: Path, wantKey: boolean): number {
  let { root: node } = scan;
  let offset = offsetOf(node);
  for (const step of path) {
    if (typeof node === 'number') return offset;
    if (node.kind === 'object') {
      const member = node.members.get(String(step));
      if (member === undefined) return offset;
      node = member.node;
      offset = wantKey ? member.keyOffset : offsetOf(node);
    } else {
      const item: JsonNode | undefined = node.items[Number(step)];
      if (item === undefined) return offset;
      node = item;
      offset = offsetOf(item);
    }
  }
  return offset;
}

function offsetOf(node: JsonNode): number {
  return typeof node === 'number' ? node : node.offset;
}
