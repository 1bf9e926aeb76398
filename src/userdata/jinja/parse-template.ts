// Statements of Jinja2: if, for, set and text. What a document of one instance has no use for (macros, includes, inheritance) is named.

import { type Piece, splitTemplate, TemplateError } from './lexer.ts';
import { openTokens, parseExpression, parseTuple, type TokenReader } from './parse-expression.ts';
import type { Statement } from './syntax-tree.ts';

const maxNesting = 50;

type Reader = { readonly pieces: readonly Piece[]; at: number; readonly end: number };

/** Reads a whole template; throws TemplateError with the offset of what is wrong. */
export function parseTemplate(source: string): readonly Statement[] {
  const reader: Reader = { pieces: splitTemplate(source), at: 0, end: source.length };
  const { body } = readBody(reader, [], 0, 0);
  return body;
}

type Body = {
  readonly body: Statement[];
  readonly stop: { readonly word: string; readonly tokens: TokenReader } | undefined;
};

/** Statements up to a block tag that begins with one of `stops`, which is taken. */
function readBody(reader: Reader, stops: readonly string[], openedAt: number, depth: number): Body {
  if (depth > maxNesting) throw new TemplateError(openedAt, `blocks nested deeper than ${maxNesting}`);
  const body: Statement[] = [];
  for (let piece = reader.pieces[reader.at]; piece !== undefined; piece = reader.pieces[reader.at]) {
    reader.at++;
    if (piece.kind === 'text') {
      body.push({ kind: 'text', text: piece.text, at: piece.at });
      continue;
    }
    const tokens = openTokens(piece.tokens, piece.at);
    if (piece.kind === 'print') {
      body.push({ kind: 'print', value: parseTuple(tokens), at: piece.at });
      expectEnd(tokens);
      continue;
    }
    const { text: word, kind, at } = tokens.next();
    if (stops.includes(word)) return { body, stop: { word, tokens } };
    if (kind !== 'name')
      throw new TemplateError(at, 'expected a statement such as if, for or set, found something else');
    body.push(readStatement(reader, word, tokens, piece.at, depth));
  }
  if (stops.length > 0) throw new TemplateError(openedAt, `expected "{% ${stops.at(-1)} %}" further on, found the end`);
  return { body, stop: undefined };
}

function readStatement(reader: Reader, word: string, tokens: TokenReader, at: number, depth: number): Statement {
  switch (word) {
    case 'if':
      return readIf(reader, tokens, at, depth);
    case 'for':
      return readFor(reader, tokens, at, depth);
    case 'set':
      return readSet(reader, tokens, at, depth);
    default: {
      const isKnown =
        /^(?:macro|call|filter|include|import|from|extends|block|do|with|autoescape|trans|continue|break)$/.test(word);
      const isStray = /^(?:elif|else|end\w+)$/.test(word);
      if (isStray) throw new TemplateError(at, `"${word}" belongs to no block that is open here`);
      throw new TemplateError(
        at,
        isKnown ? `"${word}" is not supported in templates` : 'an unknown statement; expected if, for or set',
      );
    }
  }
}

function readIf(reader: Reader, opening: TokenReader, at: number, depth: number): Statement {
  const branches: [ReturnType<typeof parseExpression> | undefined, readonly Statement[]][] = [];
  let condition: ReturnType<typeof parseExpression> | undefined = parseTuple(opening);
  expectEnd(opening);
  for (;;) {
    const stops = condition === undefined ? ['endif'] : ['elif', 'else', 'endif'];
    const { body, stop } = readBody(reader, stops, at, depth + 1);
    branches.push([condition, body]);
    if (stop === undefined || stop.word === 'endif') break;
    condition = stop.word === 'elif' ? parseTuple(stop.tokens) : undefined;
    expectEnd(stop.tokens);
  }
  return { kind: 'if', branches, at };
}

function readFor(reader: Reader, tokens: TokenReader, at: number, depth: number): Statement {
  const names = readNames(tokens);
  tokens.expect('in');
  const over = parseExpression(tokens, false);
  const condition = tokens.take('if') ? parseExpression(tokens) : undefined;
  expectEnd(tokens);
  const from = reader.at;
  const { body, stop } = readBody(reader, ['else', 'endfor'], at, depth + 1);
  const usesLoop = reader.pieces
    .slice(from, reader.at)
    .some((piece) => piece.kind !== 'text' && piece.tokens.some(({ text }) => text === 'loop'));
  const otherwise = stop?.word === 'else' ? readBody(reader, ['endfor'], at, depth + 1).body : [];
  return { kind: 'for', names, over, condition, body, otherwise, usesLoop, at };
}

function readSet(reader: Reader, tokens: TokenReader, at: number, depth: number): Statement {
  const names = readNames(tokens);
  if (tokens.take('=')) {
    const value = parseTuple(tokens);
    expectEnd(tokens);
    return { kind: 'set', names, value, at };
  }
  expectEnd(tokens);
  const { body } = readBody(reader, ['endset'], at, depth + 1);
  return { kind: 'capture', name: names[0] ?? '', body, at };
}

function readNames(tokens: TokenReader): string[] {
  const names: string[] = [];
  do {
    const { kind, text, at } = tokens.next();
    if (kind !== 'name') throw new TemplateError(at, 'expected the name of a variable, found something else');
    names.push(text);
  } while (tokens.take(','));
  return names;
}

function expectEnd(tokens: TokenReader): void {
  if (tokens.peek().kind !== 'end') tokens.fail('the end of the tag');
}
