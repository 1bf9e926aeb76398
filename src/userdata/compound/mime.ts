// MIME messages (RFC 2045, RFC 2046): a tree of entities to a flat list of leaves, in the order of the message. Strict where a part could
// get lost, lenient where Python's email package reads the same. Bounded: entities, nesting, headers; linear in the bytes per level.

import { readHeaders, readParameters } from './mime-headers.ts';
import { decodeBody } from './transfer-encoding.ts';

/** A part that is no container: its headers, and its bytes with the transfer encoding taken off. */
export type MimeLeaf = {
  /** Lower case, `text/plain` where nothing is said. */
  readonly type: string;
  readonly charset: string;
  readonly filename?: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  /** What is wrong with it: then there are no bytes. */
  readonly problem?: string;
  readonly warning?: string;
  /** Line of its headers in the message. */
  readonly line: number;
};

/** Something wrong with the message itself, by its line there. */
export type MimeProblem = {
  readonly severity: 'error' | 'warning';
  readonly code: 'syntax' | 'limit';
  readonly line: number;
  readonly message: string;
};

export type MimeMessage = { readonly leaves: readonly MimeLeaf[]; readonly problems: readonly MimeProblem[] };

const maxNesting = 8;
const maxEntities = 1000;

type Walk = {
  readonly text: string;
  readonly leaves: MimeLeaf[];
  readonly problems: MimeProblem[];
  lineAt(offset: number): number;
  entities: number;
};

/** Reads a whole message. */
export function readMime(bytes: Uint8Array): MimeMessage {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const walk: Walk = { text, leaves: [], problems: [], lineAt: indexLineFeeds(text), entities: 0 };
  const start = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  readEntity(walk, { start: start + text.slice(start).search(/\S/), end: text.length, depth: 0, isDigest: false });
  return { leaves: walk.leaves, problems: walk.problems };
}

type Range = { readonly start: number; readonly end: number; readonly depth: number; readonly isDigest: boolean };

function readEntity(walk: Walk, { start, end, depth, isDigest }: Range): void {
  const { text } = walk;
  const line = walk.lineAt(start);
  walk.entities++;
  if (walk.entities > maxEntities) {
    if (walk.entities === maxEntities + 1)
      fail(walk, 'limit', line, `more than ${maxEntities} parts; the rest is left out`);
    return;
  }
  const { fields, bodyStart, strayAt, isTooLong } = readHeaders(text, start, end);
  if (isTooLong) {
    fail(walk, 'limit', line, 'headers of more than 64 KiB; the part is left out');
    return;
  }
  if (strayAt !== undefined) {
    const message = 'expected a header such as "Content-Type: text/cloud-config" or a blank line, found another line';
    walk.problems.push({ severity: 'warning', code: 'syntax', line: walk.lineAt(strayAt), message });
  }
  const { value, parameters } = readParameters(fields.get('content-type') ?? '');
  const type = /^[^\s/]+\/[^\s/]+$/.test(value) ? value : isDigest ? 'message/rfc822' : 'text/plain';
  if (!type.startsWith('multipart/')) {
    walk.leaves.push(readLeaf({ type, parameters, fields, body: text.slice(bodyStart, end), line }));
    return;
  }
  const boundary = parameters.get('boundary')?.trimEnd();
  if (boundary === undefined || boundary === '') {
    fail(walk, 'syntax', line, `expected a boundary in the Content-Type of a multipart message, found none`);
  } else if (depth >= maxNesting) {
    fail(walk, 'limit', line, `multipart inside multipart, more than ${maxNesting} times`);
  } else {
    const ranges = findParts(walk, { boundary, start: bodyStart, end, line });
    for (const range of ranges) readEntity(walk, { ...range, depth: depth + 1, isDigest: type === 'multipart/digest' });
  }
}

function fail(walk: Walk, code: MimeProblem['code'], line: number, message: string): void {
  walk.problems.push({ severity: 'error', code, line, message });
}

/** The ranges between delimiter lines; the line end before a delimiter belongs to it. */
function findParts(
  walk: Walk,
  { boundary, start, end, line }: { boundary: string; start: number; end: number; line: number },
): { start: number; end: number }[] {
  // A slice of its own: a boundary that is not there is not looked for in what follows.
  const text = walk.text.slice(start, end);
  const delimiter = `--${boundary}`;
  const found: { start: number; end: number }[] = [];
  let open: number | undefined;
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    const feed = text.indexOf('\n', at);
    const next = start + (feed < 0 ? text.length : feed + 1);
    const rest = text.slice(at + delimiter.length, Math.min(next - start, at + delimiter.length + 80)).trimEnd();
    const isClosing = rest === '--' || /^--[ \t]/.test(rest);
    if (!isClosing && rest !== '') continue;
    if (open !== undefined) found.push({ start: open, end: Math.max(open, start + endBefore(text, at)) });
    open = isClosing ? undefined : next;
    if (isClosing) return found;
    if (found.length > maxEntities) return found;
  }
  if (open === undefined) {
    fail(walk, 'syntax', line, 'the boundary that the Content-Type names begins no part');
    return found;
  }
  found.push({ start: open, end });
  const message = 'the closing boundary is missing: the message may be cut off';
  walk.problems.push({ severity: 'warning', code: 'syntax', line: walk.lineAt(Math.max(0, end - 1)), message });
  return found;
}

function endBefore(text: string, at: number): number {
  const feed = at - 1;
  return text[feed - 1] === '\r' ? feed - 1 : feed;
}

function readLeaf(entity: {
  type: string;
  parameters: ReadonlyMap<string, string>;
  fields: ReadonlyMap<string, string>;
  body: string;
  line: number;
}): MimeLeaf {
  const { type, parameters, fields, line } = entity;
  const disposition = readParameters(fields.get('content-disposition') ?? '');
  const filename = disposition.parameters.get('filename') ?? parameters.get('name');
  const encoding = readParameters(fields.get('content-transfer-encoding') ?? '').value;
  const decoded = decodeBody(entity.body, encoding);
  return {
    type,
    charset: (parameters.get('charset') ?? '').toLowerCase(),
    ...(filename === undefined ? {} : { filename }),
    fields,
    bytes: decoded.ok ? decoded.bytes : new Uint8Array(),
    ...(decoded.ok ? {} : { problem: decoded.message }),
    ...(decoded.ok && decoded.warning !== undefined ? { warning: decoded.warning } : {}),
    line,
  };
}

/** Lines of offsets in text that has one character for each byte: only LF ends a line, and no byte of UTF-8 looks like it. */
function indexLineFeeds(text: string): (offset: number) => number {
  let feeds: number[] | undefined;
  return (offset) => {
    if (feeds === undefined) {
      feeds = [];
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) feeds.push(at);
    }
    let low = 0;
    let high = feeds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((feeds[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
