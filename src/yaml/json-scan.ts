// A strict JSON scanner (RFC 8259) that yields places: where a text stops being JSON, and where each value stands.
// Linear and without recursion; `JSON.parse` stays the reader of values.
import { Refusal } from './refusal.ts';

/** Of a number, a string, true, false or null only the offset is kept: a text may hold very many. */
export type JsonNode = number | JsonArray | JsonObject;

type JsonArray = { readonly kind: 'array'; readonly offset: number; readonly items: JsonNode[] };

type JsonObject = {
  readonly kind: 'object';
  readonly offset: number;
  /** By key; of a repeated key the last, as JSON.parse takes it. */
  readonly members: Map<string, { readonly keyOffset: number; readonly node: JsonNode }>;
};

export type JsonLimits = {
  /** Collections nested. */
  readonly maxDepth: number;
  /** Values, collections counted too. */
  readonly maxValues: number;
};

export type RepeatedKey = { readonly path: readonly (string | number)[]; readonly offset: number };

export type JsonScan = { readonly root: JsonNode; readonly repeated: readonly RepeatedKey[] };

type Open = { readonly node: JsonArray | JsonObject; key: string; keyOffset: number };

const SPACE = /[ \t\n\r]*/y;
const QUOTE = 34;
const BACKSLASH = 92;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERAL = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![A-Za-z0-9_.+-])/y;

/** Scans a whole text. Throws Refusal where it is not JSON or is over a limit. */
export function scanJson(text: string, { maxDepth, maxValues }: JsonLimits): JsonScan {
  const open: Open[] = [];
  const repeated: RepeatedKey[] = [];
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let root: JsonNode | undefined;
  let values = 0;

  const skipSpace = (): string | undefined => {
    position += matchLength(SPACE, text, position);
    return text[position];
  };
  const readString = (): number => {
    const start = position;
    position++;
    for (let code = text.charCodeAt(position); code !== QUOTE; code = text.charCodeAt(position)) {
      if (Number.isNaN(code)) throw new Refusal(start, 'a string that starts here is never closed');
      if (code < 32) throw new Refusal(position, 'a line break or control character in a string');
      const length = code === BACKSLASH ? matchLength(ESCAPE, text, position) : 1;
      if (length === 0) throw new Refusal(position, 'a wrong escape in a string');
      position += length;
    }
    position++;
    return start;
  };
  const readKey = (frame: Open, members: JsonObject['members']): void => {
    if (skipSpace() !== '"') throw new Refusal(position, 'a key in double quotes is expected here');
    frame.keyOffset = readString();
    frame.key = JSON.parse(text.slice(frame.keyOffset, position)) as string;
    if (members.has(frame.key)) {
      repeated.push({ path: open.map(stepOf), offset: frame.keyOffset });
    }
    if (skipSpace() !== ':') throw new Refusal(position, 'a ":" is expected here');
    position++;
  };
  const attach = (node: JsonNode): void => {
    const frame = open.at(-1);
    if (frame === undefined) root = node;
    else if (frame.node.kind === 'array') frame.node.items.push(node);
    else frame.node.members.set(frame.key, { keyOffset: frame.keyOffset, node });
  };
  /** Reads one value, or opens a collection; true when a value is expected next. */
  const readValue = (): boolean => {
    const mark = skipSpace();
    const start = position;
    values++;
    if (values > maxValues) throw new Refusal(start, 'too many values');
    if (mark === '[' || mark === '{') {
      if (open.length >= maxDepth) throw new Refusal(start, 'nested too deeply');
      const node: Open['node'] =
        mark === '['
          ? { kind: 'array', offset: start, items: [] }
          : { kind: 'object', offset: start, members: new Map() };
      position++;
      const closes = skipSpace() === (mark === '[' ? ']' : '}');
      attach(node);
      if (closes) {
        position++;
        return false;
      }
      const frame: Open = { node, key: '', keyOffset: start };
      open.push(frame);
      if (node.kind === 'object') readKey(frame, node.members);
      return true;
    }
    if (mark === '"') {
      readString();
    } else {
      const length = matchLength(LITERAL, text, position);
      if (length === 0)
        throw new Refusal(start, mark === undefined ? 'the text ends too early' : 'a value is expected here');
      position += length;
    }
    attach(start);
    return false;
  };
  /** Reads what follows a value; true when another value is expected, false at the end of the text. */
  const readAfterValue = (): boolean => {
    for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
      const mark = skipSpace();
      const { node } = frame;
      const isArray = node.kind === 'array';
      if (mark === ',') {
        position++;
        if (!isArray) readKey(frame, node.members);
        return true;
      }
      if (mark !== (isArray ? ']' : '}')) throw new Refusal(position, refuseSeparator(mark, isArray));
      position++;
      open.pop();
    }
    if (skipSpace() !== undefined) throw new Refusal(position, 'the text should end here');
    return false;
  };

  do {
    while (readValue()) {
      // Opens collections until a value is complete.
    }
  } while (readAfterValue());
  return { root: root ?? 0, repeated };
}

function refuseSeparator(mark: string | undefined, isArray: boolean): string {
  if (mark === undefined) return isArray ? 'a "[" is never closed' : 'a "{" is never closed';
  return isArray ? 'a "," or "]" is expected here' : 'a "," or "}" is expected here';
}

function stepOf(frame: Open): string | number {
  return frame.node.kind === 'array' ? frame.node.items.length - 1 : frame.key;
}

function matchLength(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex - position : 0;
}
