// Where the parser's events stand in the text. Some events carry no position of their own; it is worked out here.
import { EVENT_ID, type Event, getScalarValue, type ScalarEvent } from 'js-yaml';

/** The library's SCALAR_STYLE, by number: comparing constants costs nothing at start-up. */
export const PLAIN_STYLE = 1;
export const BLOCK_STYLE = 4;
const PIECE = 65_536;
const QUOTED_STYLES: readonly number[] = [2, 3];

/** Offset at which a node's source begins, its tag and anchor included; `fallback` for an empty node without either. */
export function offsetOf(event: Event, fallback: number): number {
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return fallback;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  let offset = Number.POSITIVE_INFINITY;
  if (event.tagStart >= 0) offset = event.tagStart;
  if (event.anchorStart >= 0) offset = Math.min(offset, event.anchorStart - 1);
  if (offset === Number.POSITIVE_INFINITY) {
    if (event.type !== EVENT_ID.SCALAR) return event.start;
    if (event.valueStart >= 0) offset = isQuoted(event) ? event.valueStart - 1 : event.valueStart;
  }
  return offset === Number.POSITIVE_INFINITY ? fallback : offset;
}

/** Offset just past what is known of an event's source: a collection's start, a scalar's end; -1 when nothing is. */
export function endOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      return -1;
    case EVENT_ID.ALIAS:
      return event.anchorEnd;
    case EVENT_ID.SCALAR: {
      const properties = Math.max(event.tagEnd, event.anchorEnd);
      if (event.valueStart < 0) return properties;
      return isQuoted(event) ? event.valueEnd + 1 : event.valueEnd;
    }
    default:
      return event.style === 2 ? event.start + 1 : event.start;
  }
}

/**
 * The text of a scalar. A block scalar whose last line ends with the document, not with a line break, has no final line
 * break either: PyYAML's reading, where the library adds one.
 */
export function readScalar(text: string, event: ScalarEvent): string {
  if (event.style < BLOCK_STYLE && event.valueEnd - event.valueStart > PIECE) return readLongScalar(text, event);
  const value = getScalarValue(text, event);
  if (event.style < BLOCK_STYLE || event.valueEnd !== text.length || !value.endsWith('\n')) return value;
  const lastLine = text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
  return event.indent >= 0 && lastLine.length > event.indent ? value.slice(0, -1) : value;
}

/**
 * A value of very many lines, piece by piece: the library adds line to line, and a string so made takes thirty times its length until
 * it is looked at. A piece ends before the first character of a line.
 */
function readLongScalar(text: string, event: ScalarEvent): string {
  const pieces: string[] = [];
  const lineStart = /[\n\r][ \t\n\r]*(?=[^ \t\n\r])/g;
  for (let start = event.valueStart; start < event.valueEnd; ) {
    lineStart.lastIndex = start + PIECE;
    const end = lineStart.test(text) ? Math.min(lineStart.lastIndex, event.valueEnd) : event.valueEnd;
    const piece = getScalarValue(text, { ...event, valueStart: start, valueEnd: end });
    // Looked at, it becomes one string.
    piece.charCodeAt(0);
    pieces.push(piece);
    start = end;
  }
  return pieces.join('');
}

export function isQuoted(event: ScalarEvent): boolean {
  return QUOTED_STYLES.includes(event.style);
}

/** Offset of the document that opens at `events[index]`: its `---`, else its first node. */
export function findSecondDocument(text: string, events: readonly Event[], index: number): number {
  let end = 0;
  for (let i = 0; i < index; i++) end = Math.max(end, endOf(events[i] as Event));
  const [first] = events;
  const second = events[index];
  let skip = end === 0 && first?.type === EVENT_ID.DOCUMENT && first.explicitStart ? 1 : 0;
  if (second?.type === EVENT_ID.DOCUMENT && second.explicitStart) {
    const markers = /^---(?=[\s\x85]|$)/gm;
    markers.lastIndex = end;
    for (let match = markers.exec(text); match !== null; match = markers.exec(text)) {
      if (skip === 0) return match.index;
      skip--;
    }
  }
  const node = events[index + 1];
  return node === undefined ? end : offsetOf(node, end);
}
