// PyYAML 6's resolver for plain scalars and its safe constructors for tagged ones (decisions.md D11).
// Deviations, on purpose: dates, times and sexagesimals stay strings; integers outside ±(2^53-1) stay strings.

/** The plain scalar `<<` (or an explicit !!merge): a merge key. */
export const MERGE: unique symbol = Symbol('merge');
/** The plain scalar `=` (or an explicit !!value): PyYAML's old default-value key. */
export const VALUE: unique symbol = Symbol('value');
/** A tagged scalar whose text does not fit its tag. */
export const UNFIT: unique symbol = Symbol('unfit');

const WORDS: ReadonlyMap<string, boolean | null | typeof MERGE | typeof VALUE> = new Map<
  string,
  boolean | null | typeof MERGE | typeof VALUE
>([
  ...['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ['<<', MERGE],
  ['=', VALUE],
]);

const LONGEST_WORD = 5;
const INT = /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * Gives the value of an untagged plain scalar: null, boolean, number or the text itself; MERGE and VALUE for `<<` and
 * `=`; UNFIT for a number without digits (`0x_`), which PyYAML fails on.
 */
export function resolvePlain(text: string): unknown {
  const first = text.charCodeAt(0);
  const looksNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (looksNumeric) {
    if (INT.test(text)) return parseInteger(text);
    if (FLOAT.test(text)) return parseFloating(text);
    return text;
  }
  if (text.length > LONGEST_WORD) return text;
  const word = WORDS.get(text);
  return word === undefined ? text : word;
}

/**
 * Gives the value of a scalar that carries one of YAML's own tags, named without its prefix (`int`, `binary`, ...).
 * UNFIT when the text does not fit; undefined when PyYAML's safe loader knows no such scalar tag.
 */
export function constructTagged(tag: string, text: string): unknown {
  switch (tag) {
    case 'str':
    case 'timestamp':
      return text;
    case 'null':
      return null;
    case 'bool': {
      const word = WORDS.get(text.toLowerCase());
      return typeof word === 'boolean' ? word : UNFIT;
    }
    case 'int':
      return parseInteger(text);
    case 'float':
      return parseFloating(text);
    case 'binary':
      return decodeBinary(text);
    case 'merge':
      return MERGE;
    case 'value':
      return VALUE;
    default:
      return undefined;
  }
}

function parseInteger(text: string): unknown {
  const compact = text.replaceAll('_', '').trim();
  const negative = compact.startsWith('-');
  const digits = compact.replace(/^[-+]/, '');
  let size: number;
  if (/^0b[01]+$/.test(digits)) size = Number(digits);
  else if (/^0x[0-9a-fA-F]+$/.test(digits)) size = Number(digits);
  else if (/^0o?[0-7]+$/.test(digits)) size = Number(`0o${digits.replace(/^0o?/, '')}`);
  else if (/^[0-9]+$/.test(digits)) size = digits.startsWith('0') && digits !== '0' ? Number.NaN : Number(digits);
  else if (/^[1-9][0-9]*(?::[0-9]+)+$/.test(digits)) size = foldBase60(digits);
  else return UNFIT;
  if (Number.isNaN(size)) return UNFIT;
  if (!Number.isSafeInteger(size)) return text;
  return negative && size !== 0 ? -size : size;
}

function parseFloating(text: string): unknown {
  const compact = text.replaceAll('_', '').trim().toLowerCase();
  const sign = compact.startsWith('-') ? -1 : 1;
  const digits = compact.replace(/^[-+]/, '');
  if (/^(?:\.inf|inf|infinity)$/.test(digits)) return sign * Number.POSITIVE_INFINITY;
  if (/^\.?nan$/.test(digits)) return Number.NaN;
  if (/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(digits)) return sign * Number(digits);
  if (/^[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?$/.test(digits)) return sign * foldBase60(digits);
  return UNFIT;
}

function foldBase60(digits: string): number {
  return digits.split(':').reduce((total, part) => total * 60 + Number(part), 0);
}

/** As Python's base64.decodebytes: characters outside the alphabet are skipped, wrong padding is refused. */
function decodeBinary(text: string): unknown {
  if (/[\u0080-\uffff]/.test(text)) return UNFIT;
  let data = '';
  for (const run of text.replace(/[^A-Za-z0-9+/=]+/g, '').matchAll(/([^=]*)(=*)/g)) {
    data += run[1] ?? '';
    const pads = (run[2] ?? '').length;
    const position = data.length % 4;
    if (position >= 2 && position + pads >= 4) return new Uint8Array(Buffer.from(data, 'base64'));
  }
  return data.length % 4 === 0 ? new Uint8Array(Buffer.from(data, 'base64')) : UNFIT;
}
