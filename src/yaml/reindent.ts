// PyYAML ignores indentation inside quoted strings and "[...]" / "{...}"; the parser library, strict YAML 1.2, does not:
//   packages: [
//     jq
//   ]
// is refused by it and common in cloud-configs. When (and only when) it refuses for that reason, the continuation lines
// are given more spaces, which mean nothing there, and the places are mapped back. The scan below is a guess at where
// such regions are; `coversInsertions` then proves from the parser's own events that every space went into one.
import { EVENT_ID, type Event } from 'js-yaml';
import { endOf, isQuoted } from './event-offsets.ts';

export type Reindented = {
  readonly text: string;
  /** Offsets in `text` of the line starts that were given spaces. */
  readonly insertions: readonly number[];
  readonly toOriginal: (offset: number) => number;
};

export type Scan = {
  /** Undefined when nothing needs spaces. */
  readonly reindented: Reindented | undefined;
  /** Where a quoted string or a bracket opens that never closes. */
  readonly unclosed: { readonly offset: number; readonly kind: 'quote' | 'flow' } | undefined;
};

type Lexer = {
  readonly text: string;
  position: number;
  lineStart: number;
  /** Column of the innermost key or list dash seen so far; -1 at the document's root. */
  parentColumn: number;
  readonly pads: { readonly at: number; readonly spaces: number }[];
  padded: number;
  unclosed: Scan['unclosed'];
};

/** Spaces added at most; a text that needs more is refused as the parser refused it. */
const MOST_ADDED = 1024 * 1024;
const FLOW_MARKS = ',[]{}';

/** Finds the continuation lines that stand too far left and gives the text with them indented. Linear. */
export function reindentContinuations(text: string): Scan {
  const lexer: Lexer = {
    text,
    position: text.charCodeAt(0) === 0xfeff ? 1 : 0,
    lineStart: 0,
    parentColumn: -1,
    pads: [],
    padded: 0,
    unclosed: undefined,
  };
  lexer.lineStart = lexer.position;
  while (lexer.position < text.length && lexer.unclosed === undefined) {
    readBlockToken(lexer);
  }
  const fits = lexer.pads.length > 0 && lexer.padded <= MOST_ADDED;
  return { reindented: fits ? applyPads(text, lexer.pads) : undefined, unclosed: lexer.unclosed };
}

/** Whether every insertion lies inside a quoted string or brackets according to the parser's events. */
export function coversInsertions(reindented: Reindented, events: readonly Event[]): boolean {
  const { text, insertions } = reindented;
  let next = 0;
  const cover = (start: number, end: number): boolean => {
    if (next < insertions.length && (insertions[next] as number) <= start) return false;
    while (next < insertions.length && (insertions[next] as number) < end) next++;
    return true;
  };
  const isFlow: boolean[] = [];
  let flowDepth = 0;
  let flowStart = 0;
  let cursor = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) {
      const flow = event.style === 2;
      isFlow.push(flow);
      if (flow && flowDepth++ === 0) flowStart = event.start;
    } else if (event.type === EVENT_ID.POP) {
      if (isFlow.pop() === true && --flowDepth === 0 && !cover(flowStart, findFlowEnd(text, cursor))) return false;
    } else if (event.type === EVENT_ID.SCALAR && flowDepth === 0 && isQuoted(event)) {
      if (!cover(event.valueStart - 1, event.valueEnd)) return false;
    }
    cursor = Math.max(cursor, endOf(event));
  }
  return next === insertions.length;
}

/** Offset of the bracket that closes the outermost collection whose last content ends at `from`. */
function findFlowEnd(text: string, from: number): number {
  const rest = /(?:[\s,:?]|#[^\n\r]*|[\]}])/y;
  let end = from;
  rest.lastIndex = from;
  for (let at = from; rest.test(text); at = rest.lastIndex) {
    const mark = text[at];
    if (mark === ']' || mark === '}') end = at;
    if (mark === '#' && !isBlank(text.charCodeAt(at - 1)) && !isBreak(text.charCodeAt(at - 1))) break;
  }
  return end;
}

function readBlockToken(lexer: Lexer): void {
  const { text, position } = lexer;
  const code = text.charCodeAt(position);
  const column = position - lexer.lineStart;
  const mark = text[position] as string;
  if (isBreak(code)) {
    startLine(lexer);
  } else if (isBlank(code)) {
    lexer.position++;
  } else if (mark === '#') {
    skipLine(lexer);
  } else if (column === 0 && isDocumentMark(text, position)) {
    lexer.parentColumn = -1;
    lexer.position += 3;
  } else if ('-?:'.includes(mark) && isSpaceOrEnd(text, position + 1)) {
    if (mark !== ':') lexer.parentColumn = column;
    lexer.position++;
  } else if ('&!*'.includes(mark)) {
    while (!isSpaceOrEnd(text, lexer.position)) lexer.position++;
  } else if (mark === '|' || mark === '>') {
    skipBlockScalar(lexer);
  } else {
    if (mark === '"' || mark === "'") skipQuoted(lexer, neededIndent(lexer));
    else if (mark === '[' || mark === '{') skipFlow(lexer);
    else if (skipPlain(lexer)) return;
    let after = lexer.position;
    while (isBlank(text.charCodeAt(after))) after++;
    if (text[after] === ':' && isSpaceOrEnd(text, after + 1)) lexer.parentColumn = column;
  }
}

/** Column that satisfies the parser for the lines that continue what opens here; at the root, the opener's own. */
function neededIndent(lexer: Lexer): number {
  return lexer.parentColumn < 0 ? lexer.position - lexer.lineStart : lexer.parentColumn + 2;
}

/** Skips a plain scalar and its continuation lines; true when it cannot be a key. */
function skipPlain(lexer: Lexer): boolean {
  const { text } = lexer;
  skipPlainLine(lexer);
  if (!isBreak(text.charCodeAt(lexer.position))) return false;
  while (lexer.position < text.length) {
    const { position, lineStart } = lexer;
    startLine(lexer);
    while (text.charCodeAt(lexer.position) === 32) lexer.position++;
    const code = text.charCodeAt(lexer.position);
    const isContinuation = lexer.position - lexer.lineStart > lexer.parentColumn && code !== 35;
    if (isBreak(code)) continue;
    if (!isContinuation || isDocumentMark(text, lexer.lineStart)) {
      lexer.position = position;
      lexer.lineStart = lineStart;
      return true;
    }
    skipPlainLine(lexer);
    if (!isBreak(text.charCodeAt(lexer.position))) return true;
  }
  return true;
}

function skipPlainLine(lexer: Lexer): void {
  const { text } = lexer;
  for (; lexer.position < text.length; lexer.position++) {
    const code = text.charCodeAt(lexer.position);
    if (isBreak(code)) return;
    if (code === 58 && isSpaceOrEnd(text, lexer.position + 1)) return;
    if (code === 35 && isBlank(text.charCodeAt(lexer.position - 1))) return;
  }
}

function skipBlockScalar(lexer: Lexer): void {
  const { text, parentColumn } = lexer;
  const header = lexer.position;
  skipLine(lexer);
  const width = /^[+-]?([1-9])/.exec(text.slice(header + 1, header + 3))?.[1];
  let required = width === undefined ? undefined : Math.max(parentColumn, 0) + Number(width);
  while (lexer.position < text.length) {
    const { position, lineStart } = lexer;
    startLine(lexer);
    while (text.charCodeAt(lexer.position) === 32) lexer.position++;
    const column = lexer.position - lexer.lineStart;
    if (isBreak(text.charCodeAt(lexer.position))) continue;
    if (column < (required ?? parentColumn + 1) || (column === 0 && isDocumentMark(text, lexer.position))) {
      lexer.position = position;
      lexer.lineStart = lineStart;
      return;
    }
    required ??= column;
    skipLine(lexer);
  }
}

function skipQuoted(lexer: Lexer, indent: number): void {
  const { text } = lexer;
  const start = lexer.position;
  const quote = text[start];
  lexer.position++;
  while (lexer.position < text.length) {
    const mark = text[lexer.position] as string;
    if (mark === quote) {
      lexer.position++;
      if (quote === '"' || text[lexer.position] !== "'") return;
      lexer.position++;
    } else if (isBreak(mark.charCodeAt(0))) {
      startLine(lexer);
      padLine(lexer, indent);
    } else {
      lexer.position += mark === '\\' && quote === '"' && !isBreak(text.charCodeAt(lexer.position + 1)) ? 2 : 1;
    }
  }
  lexer.unclosed ??= { offset: start, kind: 'quote' };
}

function skipFlow(lexer: Lexer): void {
  const { text } = lexer;
  const indent = neededIndent(lexer);
  const opened: number[] = [];
  while (lexer.position < text.length) {
    const mark = text[lexer.position] as string;
    const code = mark.charCodeAt(0);
    if (isBreak(code)) {
      startLine(lexer);
      padLine(lexer, indent);
    } else if (mark === '[' || mark === '{') {
      opened.push(lexer.position++);
    } else if (mark === ']' || mark === '}') {
      lexer.position++;
      opened.pop();
      if (opened.length === 0) return;
    } else if (mark === '"' || mark === "'") {
      skipQuoted(lexer, indent);
    } else if (mark === '#' && (isBlank(text.charCodeAt(lexer.position - 1)) || lexer.position === lexer.lineStart)) {
      skipLine(lexer);
    } else if (isBlank(code) || mark === ',' || mark === ':') {
      lexer.position++;
    } else {
      skipFlowPlain(lexer);
    }
  }
  lexer.unclosed ??= { offset: opened.at(-1) ?? 0, kind: 'flow' };
}

function skipFlowPlain(lexer: Lexer): void {
  const { text } = lexer;
  for (lexer.position++; lexer.position < text.length; lexer.position++) {
    const mark = text[lexer.position] as string;
    const code = mark.charCodeAt(0);
    if (isBreak(code) || FLOW_MARKS.includes(mark)) return;
    if (code === 35 && isBlank(text.charCodeAt(lexer.position - 1))) return;
    const ends = isSpaceOrEnd(text, lexer.position + 1) || FLOW_MARKS.includes(text[lexer.position + 1] as string);
    if (code === 58 && ends) return;
  }
}

/** Notes that the line that has just begun needs `indent` spaces. A document mark is left for the parser to refuse. */
function padLine(lexer: Lexer, indent: number): void {
  const { text, lineStart } = lexer;
  if (lexer.padded > MOST_ADDED) return;
  let column = 0;
  while (column < indent && text.charCodeAt(lineStart + column) === 32) column++;
  if (column >= indent || isDocumentMark(text, lineStart)) return;
  lexer.pads.push({ at: lineStart, spaces: indent - column });
  lexer.padded += indent - column;
}

function startLine(lexer: Lexer): void {
  lexer.position += lexer.text.startsWith('\r\n', lexer.position) ? 2 : 1;
  lexer.lineStart = lexer.position;
}

function skipLine(lexer: Lexer): void {
  while (!isBreak(lexer.text.charCodeAt(lexer.position)) && lexer.position < lexer.text.length) lexer.position++;
}

function applyPads(text: string, pads: Lexer['pads']): Reindented {
  const parts: string[] = [];
  const insertions: number[] = [];
  const added: number[] = [];
  let from = 0;
  let total = 0;
  for (const { at, spaces } of pads) {
    parts.push(text.slice(from, at), ' '.repeat(spaces));
    insertions.push(at + total);
    total += spaces;
    added.push(total);
    from = at;
  }
  parts.push(text.slice(from));
  const toOriginal = (offset: number): number => {
    let low = 0;
    let high = insertions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((insertions[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return offset;
    return Math.max(offset - (added[low - 1] as number), (pads[low - 1] as { at: number }).at);
  };
  return { text: parts.join(''), insertions, toOriginal };
}

function isBreak(code: number): boolean {
  return code === 10 || code === 13;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function isSpaceOrEnd(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  return Number.isNaN(code) || isBlank(code) || isBreak(code);
}

function isDocumentMark(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  if (code !== 45 && code !== 46) return false;
  return (
    text.charCodeAt(position + 1) === code && text.charCodeAt(position + 2) === code && isSpaceOrEnd(text, position + 3)
  );
}
