// Expressions of Jinja2, by its own precedence (jinja2/parser.py): choice, or, and, not, comparison, + -, ~, * / // %, unary and **,
// then what follows a value: attributes, items, calls, filters, tests.

import { TemplateError, type Token } from './lexer.ts';
import type { Call, Expression } from './syntax-tree.ts';
import { inexactNumber } from './values.ts';

/** Expressions inside each other; the evaluator walks as deep. */
const maxDepth = 100;

export type TokenReader = {
  peek(offset?: number): Token;
  next(): Token;
  /** Takes the token when it is this operator or word. */
  take(text: string): boolean;
  expect(text: string): Token;
  fail(expected: string): never;
};

/** Reads the tokens of one tag. */
export function openTokens(tokens: readonly Token[], tagAt: number): TokenReader {
  let at = 0;
  const end: Token = tokens.at(-1) ?? { kind: 'end', text: '', at: tagAt };
  const peek = (offset = 0): Token => tokens[at + offset] ?? end;
  const isWord = (token: Token, text: string): boolean => token.text === text && token.kind !== 'string';
  const fail = (expected: string): never => {
    const found = peek().kind === 'end' ? 'the end of the tag' : `another ${peek().kind}`;
    throw new TemplateError(peek().at, `expected ${expected}, found ${found}`);
  };
  return {
    peek,
    next: () => tokens[at++] ?? end,
    take(text) {
      if (!isWord(peek(), text)) return false;
      at++;
      return true;
    },
    expect: (text) => (isWord(peek(), text) ? (tokens[at++] ?? end) : fail(`"${text}"`)),
    fail,
  };
}

/** An expression; `allowChoice` is off where an `if` belongs to the statement (for … in … if). */
export function parseExpression(tokens: TokenReader, allowChoice = true): Expression {
  return parseChoice(tokens, 0, allowChoice);
}

/** A comma makes a tuple of what is on both sides. */
export function parseTuple(tokens: TokenReader): Expression {
  const first = parseExpression(tokens);
  if (tokens.peek().text !== ',' || tokens.peek().kind !== 'operator') return first;
  const items = [first];
  while (tokens.take(',')) {
    if (tokens.peek().kind === 'end') break;
    items.push(parseExpression(tokens));
  }
  return { kind: 'tuple', items, at: first.at };
}

type Parse = (tokens: TokenReader, depth: number) => Expression;

function parseChoice(tokens: TokenReader, depth: number, allowed = true): Expression {
  if (depth > maxDepth) throw new TemplateError(tokens.peek().at, `expressions nested deeper than ${maxDepth}`);
  let then = parseOr(tokens, depth + 1);
  while (allowed && tokens.take('if')) {
    const condition = parseOr(tokens, depth + 1);
    const otherwise = tokens.take('else') ? parseChoice(tokens, depth + 1) : undefined;
    then = { kind: 'choice', then, condition, otherwise, at: then.at };
  }
  return then;
}

function leftToRight(operators: readonly string[], parseOperand: Parse): Parse {
  return (tokens, depth) => {
    let left = parseOperand(tokens, depth);
    for (let chained = 0; operators.includes(tokens.peek().text) && tokens.peek().kind !== 'string'; chained++) {
      const { text, at } = tokens.next();
      if (chained + depth > maxDepth) throw new TemplateError(at, `expressions nested deeper than ${maxDepth}`);
      left = { kind: 'binary', operator: text, left, right: parseOperand(tokens, depth), at };
    }
    return left;
  };
}

/** From the left, unlike Python's own. */
const parsePower = leftToRight(['**'], (tokens, depth) => parseUnary(tokens, depth, true));
const parseProduct = leftToRight(['*', '/', '//', '%'], parsePower);
const parseConcat = leftToRight(['~'], parseProduct);
const parseSum = leftToRight(['+', '-'], parseConcat);
const parseAnd = leftToRight(['and'], parseNot);
const parseOr = leftToRight(['or'], parseAnd);

function parseNot(tokens: TokenReader, depth: number): Expression {
  const { at, text } = tokens.peek();
  if (depth > maxDepth) throw new TemplateError(at, `expressions nested deeper than ${maxDepth}`);
  if (text === 'not' && tokens.peek().kind === 'name') {
    tokens.next();
    return { kind: 'unary', operator: 'not', of: parseNot(tokens, depth + 1), at };
  }
  return parseCompare(tokens, depth);
}

function parseCompare(tokens: TokenReader, depth: number): Expression {
  const first = parseSum(tokens, depth);
  const rest: [string, Expression][] = [];
  for (;;) {
    const { text, kind } = tokens.peek();
    if (kind === 'operator' && ['==', '!=', '<', '<=', '>', '>='].includes(text)) tokens.next();
    else if (kind === 'name' && text === 'in') tokens.next();
    else if (kind === 'name' && text === 'not' && tokens.peek(1).text === 'in') {
      tokens.next();
      tokens.next();
      rest.push(['not in', parseSum(tokens, depth)]);
      continue;
    } else break;
    rest.push([text, parseSum(tokens, depth)]);
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, at: first.at };
}

function parseUnary(tokens: TokenReader, depth: number, withFilters: boolean): Expression {
  const { kind, text, at } = tokens.peek();
  if (depth > maxDepth) throw new TemplateError(at, `expressions nested deeper than ${maxDepth}`);
  let value: Expression;
  if (kind === 'operator' && (text === '-' || text === '+')) {
    tokens.next();
    value = { kind: 'unary', operator: text, of: parseUnary(tokens, depth + 1, false), at };
  } else value = parsePrimary(tokens, depth);
  value = parsePostfix(tokens, value, depth);
  return withFilters ? parseFilters(tokens, value, depth) : value;
}

const words: Readonly<Record<string, boolean | null>> = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
};

function parsePrimary(tokens: TokenReader, depth: number): Expression {
  const { kind, text, at } = tokens.peek();
  if (kind === 'name') {
    if (['and', 'or', 'not', 'in', 'is', 'if', 'else'].includes(text)) tokens.fail('a value');
    tokens.next();
    if (Object.hasOwn(words, text)) return { kind: 'literal', value: words[text] ?? null, at };
    return { kind: 'name', name: text, at };
  }
  if (kind === 'int') {
    tokens.next();
    return { kind: 'literal', value: readInteger(text, at), at };
  }
  if (kind === 'float') {
    tokens.next();
    return { kind: 'float', value: Number(text.replaceAll('_', '')), at };
  }
  if (kind === 'string') {
    let value = '';
    while (tokens.peek().kind === 'string') value += readEscapes(tokens.next().text);
    return { kind: 'literal', value, at };
  }
  if (tokens.take('(')) {
    const items: Expression[] = [];
    let isTuple = false;
    while (!tokens.take(')')) {
      items.push(parseChoice(tokens, depth + 1));
      if (tokens.take(',')) isTuple = true;
      else if (tokens.peek().text !== ')') tokens.fail('")"');
    }
    const [only] = items;
    return isTuple || only === undefined ? { kind: 'tuple', items, at } : only;
  }
  if (tokens.take('[')) return { kind: 'list', items: parseItems(tokens, ']', depth), at };
  if (tokens.take('{')) {
    const entries: [Expression, Expression][] = [];
    while (!tokens.take('}')) {
      const key = parseChoice(tokens, depth + 1);
      tokens.expect(':');
      entries.push([key, parseChoice(tokens, depth + 1)]);
      if (!tokens.take(',') && tokens.peek().text !== '}') tokens.fail('"}"');
    }
    return { kind: 'dict', entries, at };
  }
  return tokens.fail('a value');
}

/** The number that digits stand for; one that would become another number is refused. */
function readInteger(text: string, at: number): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value)) throw new TemplateError(at, inexactNumber);
  return value;
}

function parseItems(tokens: TokenReader, close: string, depth: number): Expression[] {
  const items: Expression[] = [];
  while (!tokens.take(close)) {
    items.push(parseChoice(tokens, depth + 1));
    if (!tokens.take(',') && tokens.peek().text !== close) tokens.fail(`"${close}"`);
  }
  return items;
}

function parsePostfix(tokens: TokenReader, start: Expression, depth: number): Expression {
  let value = start;
  for (let chained = 0; tokens.peek().kind === 'operator'; chained++) {
    const { at } = tokens.peek();
    if (chained > maxDepth) throw new TemplateError(at, `expressions nested deeper than ${maxDepth}`);
    if (tokens.take('.')) {
      const { kind, text, at: keyAt } = tokens.next();
      if (kind !== 'name' && kind !== 'int')
        throw new TemplateError(keyAt, 'expected a name after ".", found something else');
      const key: Expression = { kind: 'literal', value: kind === 'int' ? readInteger(text, keyAt) : text, at: keyAt };
      value = { kind: 'attribute', of: value, key, isDotted: true, at: value.at };
    } else if (tokens.take('[')) value = parseSubscript(tokens, value, depth);
    else if (tokens.take('(')) value = { kind: 'call', of: value, call: parseCall(tokens, depth), at };
    else break;
  }
  return value;
}

function parseSubscript(tokens: TokenReader, of: Expression, depth: number): Expression {
  const from = tokens.peek().text === ':' ? undefined : parseChoice(tokens, depth + 1);
  if (tokens.take(':')) {
    const to = tokens.peek().text === ']' ? undefined : parseChoice(tokens, depth + 1);
    tokens.expect(']');
    return { kind: 'slice', of, from, to, at: of.at };
  }
  tokens.expect(']');
  if (from === undefined) tokens.fail('an index');
  else return { kind: 'attribute', of, key: from, isDotted: false, at: of.at };
  return of;
}

/** Arguments after the opening bracket. */
function parseCall(tokens: TokenReader, depth: number): Call {
  const positional: Expression[] = [];
  const named = new Map<string, Expression>();
  while (!tokens.take(')')) {
    if (tokens.peek().kind === 'name' && tokens.peek(1).text === '=') {
      const { text } = tokens.next();
      tokens.next();
      named.set(text, parseChoice(tokens, depth + 1));
    } else positional.push(parseChoice(tokens, depth + 1));
    if (!tokens.take(',') && tokens.peek().text !== ')') tokens.fail('")"');
  }
  return { positional, named };
}

function parseFilters(tokens: TokenReader, start: Expression, depth: number): Expression {
  let value = start;
  for (let chained = 0; ; chained++) {
    const { text, kind, at } = tokens.peek();
    if (chained > maxDepth) throw new TemplateError(at, `expressions nested deeper than ${maxDepth}`);
    if (kind === 'operator' && text === '|') {
      tokens.next();
      const name = parseDottedName(tokens);
      const call = tokens.take('(') ? parseCall(tokens, depth) : { positional: [], named: new Map() };
      value = { kind: 'filter', of: value, name: name.text, call, at: name.at };
    } else if (kind === 'name' && text === 'is') {
      tokens.next();
      const not = tokens.take('not');
      const name = parseDottedName(tokens);
      value = { kind: 'test', of: value, name: name.text, call: parseTestArguments(tokens, depth), not, at: name.at };
    } else if (kind === 'operator' && text === '(') value = parsePostfix(tokens, value, depth);
    else return value;
  }
}

function parseDottedName(tokens: TokenReader): Token {
  const name = tokens.next();
  if (name.kind !== 'name')
    throw new TemplateError(name.at, 'expected the name of a filter or test, found something else');
  return name;
}

/** `is divisibleby 3` and `is divisibleby(3)`. */
function parseTestArguments(tokens: TokenReader, depth: number): Call {
  if (tokens.take('(')) return parseCall(tokens, depth);
  const { kind, text } = tokens.peek();
  const isArgument =
    ['string', 'int', 'float'].includes(kind) ||
    (kind === 'name' && !['else', 'or', 'and', 'is', 'if', 'in', 'not'].includes(text)) ||
    (kind === 'operator' && (text === '[' || text === '{'));
  if (!isArgument) return { positional: [], named: new Map() };
  const first = parsePrimary(tokens, depth + 1);
  return { positional: [parsePostfix(tokens, first, depth + 1)], named: new Map() };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

function readEscapes(literal: string): string {
  return literal
    .slice(1, -1)
    .replaceAll(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([\s\S]))/g, (all, hex, wide, one: string) => {
      const code: unknown = hex ?? wide;
      if (typeof code === 'string') return String.fromCharCode(Number.parseInt(code, 16));
      return escapes[one] ?? all;
    });
}
