// Jinja2 templates to pieces: text, and tags with their tokens. White space control is that of cloud-init's environment: trim_blocks is on,
// so that the line end after a block tag or a comment is dropped; `-` strips white space, `+` keeps what would be dropped.

export type Token = {
  readonly kind: 'name' | 'string' | 'int' | 'float' | 'operator' | 'end';
  readonly text: string;
  /** Offset in the template, UTF-16 units. */
  readonly at: number;
};

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'print' | 'block'; readonly tokens: readonly Token[]; readonly at: number };

/** A template that cannot be read or filled in; `message` never holds text of the template but names. */
export class TemplateError extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const closing: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };
const tokenForms: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /\s+/y],
  ['float', /\d(?:_?\d)*(?:\.\d(?:_?\d)*(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/y],
  ['int', /\d(?:_?\d)*/y],
  ['name', /[A-Za-z_]\w*/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y],
  ['operator', /\/\/|\*\*|==|!=|<=|>=|[-+*/%~<>=.,:|()[\]{}]/y],
];

/** Splits a template; throws TemplateError where a tag is not closed or holds what is no Jinja. */
export function splitTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  let textStart = 0;
  let stripNext = false;
  const addText = (end: number, strip: boolean): void => {
    let start = textStart;
    let stop = end;
    if (stripNext) while (start < stop && /\s/.test(source[start] ?? '')) start++;
    if (strip) while (stop > start && /\s/.test(source[stop - 1] ?? '')) stop--;
    if (stop > start) pieces.push({ kind: 'text', text: source.slice(start, stop), at: start });
  };
  const opening = /\{[{%#]/g;
  for (let match = opening.exec(source); match !== null; match = opening.exec(source)) {
    const at = match.index;
    const open = match[0];
    const close = closing[open] ?? '';
    const mark = source[at + 2];
    const isMarked = mark === '-' || (mark === '+' && open !== '{{');
    addText(at, mark === '-');
    const inner = at + (isMarked ? 3 : 2);
    const isComment = open === '{#';
    const read = isComment
      ? { tokens: [], end: findCommentEnd(source, inner, at) }
      : readTokens(source, inner, close, at);
    let tagEnd = closeTag(source, read.end, close);
    const { tokens } = read;
    if (open === '{%' && tokens[0]?.text === 'raw') {
      tagEnd = skipLineEnd(source, tagEnd.at, tagEnd.strip || tagEnd.keep);
      const raw = findEndRaw(source, tagEnd.at, at);
      textStart = tagEnd.at;
      stripNext = tagEnd.strip;
      addText(raw.start, raw.strip);
      tagEnd = raw.end;
    } else if (!isComment) pieces.push({ kind: open === '{{' ? 'print' : 'block', tokens, at });
    const { at: next, strip } =
      open === '{{' ? tagEnd : skipLineEnd(source, tagEnd.at, tagEnd.strip || tagEnd.keep, tagEnd.strip);
    textStart = next;
    stripNext = strip;
    opening.lastIndex = next;
  }
  addText(source.length, false);
  return pieces;
}

type TagEnd = { readonly at: number; readonly strip: boolean; readonly keep: boolean };

/** `end` is where the closing mark stands, `-` or `+` included. */
function closeTag(source: string, end: number, close: string): TagEnd {
  const mark = source[end];
  const isMarked = mark === '-' || mark === '+';
  return { at: end + (isMarked ? 1 : 0) + close.length, strip: mark === '-', keep: mark === '+' };
}

function skipLineEnd(source: string, at: number, keep: boolean, strip = false): TagEnd {
  return { at: !keep && source[at] === '\n' ? at + 1 : at, strip, keep };
}

function findCommentEnd(source: string, from: number, at: number): number {
  const end = source.indexOf('#}', from);
  if (end < 0) throw new TemplateError(at, 'a comment is never closed; expected "#}"');
  return end > from && (source[end - 1] === '-' || source[end - 1] === '+') ? end - 1 : end;
}

function findEndRaw(source: string, from: number, at: number): { start: number; strip: boolean; end: TagEnd } {
  const form = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
  form.lastIndex = from;
  const match = form.exec(source);
  if (match === null) throw new TemplateError(at, 'expected "{% endraw %}" further on, found the end');
  const end = { at: match.index + match[0].length, strip: match[2] === '-', keep: match[2] === '+' };
  return { start: match.index, strip: match[1] === '-', end };
}

function readTokens(source: string, from: number, close: string, tagAt: number): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  let depth = 0;
  let at = from;
  while (at < source.length) {
    if (depth === 0) {
      const isMarked =
        (source[at] === '-' || (source[at] === '+' && close === '%}')) && source.startsWith(close, at + 1);
      if (isMarked || source.startsWith(close, at)) {
        tokens.push({ kind: 'end', text: '', at });
        return { tokens, end: at };
      }
    }
    const token = readToken(source, at);
    if (token === undefined) throw new TemplateError(at, 'a character that cannot stand in a tag');
    if (token.kind !== 'blank') tokens.push({ kind: token.kind, text: token.text, at });
    if (/^[([{]$/.test(token.text)) depth++;
    if (/^[)\]}]$/.test(token.text)) depth--;
    if (depth < 0) throw new TemplateError(at, 'a bracket is closed that was not opened');
    at += token.text.length;
  }
  throw new TemplateError(tagAt, `a tag is never closed; expected "${close}"`);
}

function readToken(source: string, at: number): { kind: Token['kind'] | 'blank'; text: string } | undefined {
  for (const [kind, form] of tokenForms) {
    form.lastIndex = at;
    const text = form.exec(source)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}
