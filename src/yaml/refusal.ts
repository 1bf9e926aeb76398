// Why a document was refused, and the fixed sentences that say so. A sentence never holds text of the document:
// what the parser library says can quote it (reliability.md M5), so its messages are only recognised, never passed on.

/** Thrown inside src/yaml to stop building; `parseYaml` turns it into a result. `offset` is in UTF-16 units. */
export class Refusal extends Error {
  readonly offset: number;
  readonly reason: string;

  constructor(offset: number, reason: string) {
    super(reason);
    this.name = 'Refusal';
    this.offset = offset;
    this.reason = reason;
  }
}

const NOT_YAML = 'not valid YAML here';
export const FORBIDDEN_CHARACTER = 'a character that YAML does not allow (a control character)';
const MISPLACED = 'wrong indentation, or something that cannot stand here';
const ENDS_HERE = 'the document should end here; check the indentation';
export const UNCLOSED_QUOTE = 'a quoted string that starts here is never closed';
export const UNCLOSED_FLOW = 'a "[" or "{" that starts here is never closed';
export const TOO_MANY_VALUES = 'too many values (aliases counted in full)';
export const SECOND_DOCUMENT = 'a second document starts here; only one is allowed';
/** Stands where the library prints the depth that is allowed, when what was exceeded is the number of values. */
export const TOO_MANY_ATTEMPTS = 'values';
export const DEFICIENT_INDENT = 'a continued quoted string or "[...]" or "{...}" must be indented further';

const VAGUE: ReadonlySet<string> = new Set([MISPLACED, ENDS_HERE, DEFICIENT_INDENT]);

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['null byte is not allowed in input', FORBIDDEN_CHARACTER],
  ['the stream contains non-printable characters', FORBIDDEN_CHARACTER],
  ['expected valid JSON character', FORBIDDEN_CHARACTER],
  ['deficient indentation', DEFICIENT_INDENT],
  ['unexpected end of the stream within a single quoted scalar', 'a quoted string is never closed'],
  ['unexpected end of the stream within a double quoted scalar', 'a quoted string is never closed'],
  ['unexpected end of the document within a single quoted scalar', 'a quoted string is never closed'],
  ['unexpected end of the document within a double quoted scalar', 'a quoted string is never closed'],
  ['unexpected end of the stream within a flow collection', 'a "[" or "{" is never closed'],
  ['missed comma between flow collection entries', 'a comma or a closing bracket is missing before this'],
  ["expected the node content, but found ','", 'a value is missing before this comma'],
  ['unknown escape sequence', 'unknown escape after "\\" in a double-quoted string'],
  ['expected hexadecimal character', 'a hexadecimal digit is missing in an escape'],
  ['tab characters must not be used in indentation', 'a tab is used as indentation; use spaces'],
  ['bad indentation of a sequence entry', 'wrong indentation of a list entry'],
  ['bad indentation of a mapping entry', MISPLACED],
  ['a line break is expected', 'unexpected text after "|" or ">"'],
  ['repeat of a chomping mode identifier', 'wrong marks after "|" or ">"'],
  ['repeat of an indentation width identifier', 'wrong marks after "|" or ">"'],
  [
    'bad explicit indentation width of a block scalar; it cannot be less than one',
    'the indentation given after "|" or ">" must be 1 to 9',
  ],
  ["expected ':' after a mapping key", 'a ":" is missing after a key'],
  [
    'can not read a block mapping entry; a multiline key may not be an implicit key',
    'a ":" is missing after a key, or the key spans lines',
  ],
  [
    'a whitespace character is expected after the key-value separator within a block mapping',
    'a space is missing after ":"',
  ],
  ['end of the stream or a document separator is expected', ENDS_HERE],
  ['can not read a document', NOT_YAML],
  ['duplication of a tag property', 'two tags on one value'],
  ['duplication of an anchor property', 'two anchors on one value'],
  ['name of an anchor node must contain at least one character', 'an anchor "&" without a name'],
  ['name of an alias node must contain at least one character', 'an alias "*" without a name'],
  ['alias node should not have any properties', 'an alias "*" cannot carry a tag or an anchor'],
  ['directives end mark is expected', '"---" is missing after a "%" directive'],
  ['duplication of %YAML directive', 'the %YAML directive is given twice'],
  ['YAML directive accepts exactly one argument', 'a malformed %YAML directive'],
  ['ill-formed argument of the YAML directive', 'a malformed %YAML directive'],
  ['unacceptable YAML version of the document', 'only YAML version 1 is understood'],
  ['TAG directive accepts exactly two arguments', 'a malformed %TAG directive'],
  ['ill-formed tag handle (first argument) of the TAG directive', 'a malformed %TAG directive'],
  ['ill-formed tag prefix (second argument) of the TAG directive', 'a malformed %TAG directive'],
  ['directive name must not be less than one character in length', 'a "%" directive without a name'],
  ['unexpected end of the stream within a verbatim tag', 'a tag "!<" is never closed'],
  ['named tag handle cannot contain such characters', 'a malformed tag'],
  ['tag suffix cannot contain exclamation marks', 'a malformed tag'],
  ['tag suffix cannot contain flow indicator characters', 'a malformed tag'],
]);

const PREFIXES: readonly (readonly [string, string])[] = [
  ['tag name cannot contain such characters', 'a malformed tag'],
  ['undeclared tag handle', 'a tag prefix that no %TAG directive declares'],
  ['there is a previously declared suffix', 'a %TAG directive is given twice'],
  [`nesting exceeded maxDepth (${TOO_MANY_ATTEMPTS})`, TOO_MANY_VALUES],
  ['nesting exceeded maxDepth', 'nested too deeply'],
];

/**
 * Turns whatever the parser library threw into a Refusal with our own sentence: known messages by table, anything else
 * as "not valid YAML here". `endOffset` stands in where the library gave no position.
 */
export function explainLibraryError(error: unknown, endOffset: number): Refusal {
  if (error instanceof Refusal) return error;
  const { reason, mark } = (error ?? {}) as { reason?: unknown; mark?: { position?: unknown } };
  const position = typeof mark?.position === 'number' ? mark.position : endOffset;
  if (typeof reason !== 'string') return new Refusal(position, NOT_YAML);
  const sentence = SENTENCES.get(reason) ?? PREFIXES.find(([prefix]) => reason.startsWith(prefix))?.[1];
  return new Refusal(position, sentence ?? NOT_YAML);
}

/**
 * Says more about a refusal by looking at the character where it happened. Only characters that YAML reserves are named.
 */
export function sharpenRefusal(refusal: Refusal, text: string): Refusal {
  if (!VAGUE.has(refusal.reason)) return refusal;
  let before = refusal.offset;
  while (before > 0 && (text[before - 1] === ' ' || text[before - 1] === '\t')) before--;
  const blanks = text.slice(before, refusal.offset);
  if (blanks.includes('\t')) return new Refusal(before + blanks.indexOf('\t'), 'a tab cannot stand here; use spaces');
  const lineStart =
    Math.max(text.lastIndexOf('\n', refusal.offset - 1), text.lastIndexOf('\r', refusal.offset - 1)) + 1;
  const indentTab = refusal.offset > 0 ? /^ *\t/.exec(text.slice(lineStart, refusal.offset)) : null;
  if (indentTab !== null) {
    return new Refusal(lineStart + indentTab[0].length - 1, 'a tab is used as indentation; use spaces');
  }
  const mark = text[refusal.offset];
  if (mark === '\t') return new Refusal(refusal.offset, 'a tab cannot stand here; use spaces');
  if (mark === ':') {
    return new Refusal(refusal.offset, 'a ":" cannot stand here; quote the value, or check the indentation');
  }
  if (mark === '@' || mark === '`' || mark === '%') {
    return new Refusal(refusal.offset, 'a value cannot start with "@", "%" or a backquote; quote it');
  }
  return refusal;
}

/** Whether a reason is one of the readers' own limits, as opposed to text that is not YAML or JSON. */
export function isOverLimit(reason: string): boolean {
  return /^(?:too many|nested too deeply)/.test(reason);
}
