// Filters and methods of templates, after jinja2/filters.py and Python's str and dict. Each gets data and gives data; what would make more
// than the evaluator allows is charged before it is made.

import {
  Float,
  inexactNumber,
  isDict,
  isEqual,
  isList,
  isTruthy,
  makeTuple,
  nameType,
  print,
  represent,
  toNumber,
  toValue,
  Undefined,
  type Value,
} from './values.ts';

export type Arguments = {
  /** By position, then by name; the filter's own value is not among them. */
  get(index: number, name: string): Value | undefined;
};

export type Tools = {
  /** Counts work or characters before they are spent; throws when there are too many. */
  charge(amount: number): void;
  /** Throws with the place of the filter. */
  fail(message: string): never;
  /** Runs another filter or test on each item (map, select). */
  callFilter(name: string, value: Value, given: Arguments): Value;
  callTest(name: string, value: Value, given: Arguments): boolean;
};

export type Filter = (value: Value, given: Arguments, tools: Tools) => Value;

const text =
  (change: (text: string, given: Arguments, tools: Tools) => string): Filter =>
  (value, given, tools) => {
    const input = print(defined(value, tools));
    tools.charge(input.length);
    return change(input, given, tools);
  };

const list =
  (change: (items: readonly Value[], given: Arguments, tools: Tools) => Value): Filter =>
  (value, given, tools) => {
    const items = toItems(value, tools);
    tools.charge(items.length);
    return change(items, given, tools);
  };

/** Items of a list, keys of a map, characters of a string. */
export function toItems(value: Value, { fail }: Pick<Tools, 'fail'>): readonly Value[] {
  if (isList(value)) return value;
  if (isDict(value)) return [...value.keys()];
  if (typeof value === 'string') return [...value];
  return fail(`expected a list, found ${describe(value)}`);
}

function defined(value: Value, { fail }: Tools): Value {
  return value instanceof Undefined ? fail(`${describe(value)}`) : value;
}

function describe(value: Value): string {
  return value instanceof Undefined ? `"${value.name}", which is not defined` : nameType(value);
}

function readText(given: Arguments, index: number, name: string, fallback: string): string {
  const value = given.get(index, name);
  return value === undefined || value === null ? fallback : print(value);
}

function readInt(given: Arguments, index: number, name: string, fallback: number): number {
  const value = given.get(index, name);
  return value === undefined ? fallback : Math.trunc(toNumber(value) ?? fallback);
}

function replaceText(input: string, from: string, to: string, most: number, tools: Tools): string {
  const pieces = from === '' ? ['', ...input, ''] : input.split(from);
  const count = Math.min(pieces.length - 1, most < 0 ? pieces.length - 1 : most);
  tools.charge(input.length + count * to.length);
  return (
    pieces
      .slice(0, count)
      .map((piece) => piece + to)
      .join('') + pieces.slice(count).join(from)
  );
}

function strip(input: string, characters: string | undefined, side: 'both' | 'left' | 'right'): string {
  const isStripped = (mark: string): boolean =>
    characters === undefined ? /\s/.test(mark) : characters.includes(mark);
  let start = 0;
  let end = input.length;
  if (side !== 'right') while (start < end && isStripped(input[start] ?? '')) start++;
  if (side !== 'left') while (end > start && isStripped(input[end - 1] ?? '')) end--;
  return input.slice(start, end);
}

const stripFilter = (side: 'both' | 'left' | 'right'): Filter =>
  text((input, given) => {
    const characters = given.get(0, 'chars');
    return strip(input, typeof characters === 'string' ? characters : undefined, side);
  });

const capitalize = (input: string): string => {
  const [first = ''] = input;
  return first.toUpperCase() + input.slice(first.length).toLowerCase();
};
/** The filter: words end at blanks, hyphens and opening brackets; `it's ok` is two. */
const title = (input: string): string => input.replace(/[^-\s({[<]+/g, capitalize);
/** Python's method: words are runs of letters; `it's ok` is three. */
const titleLetters = (input: string): string => input.replace(/\p{L}+/gu, capitalize);

function join(items: readonly Value[], separator: string, tools: Tools): string {
  const words = items.map((item) => print(defined(item, tools)));
  tools.charge(words.reduce((sum, word) => sum + word.length + separator.length, 0));
  return words.join(separator);
}

/** Numbers by size, texts by their characters; other types beside each other are an error, as in Python. */
export function compareValues(a: Value, b: Value, { fail }: Pick<Tools, 'fail'>): number {
  const [left, right] = [toNumber(a), toNumber(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (isList(a) && isList(b)) {
    const at = a.findIndex((item, index) => index >= b.length || !isEqual(item, b[index] ?? null));
    return at < 0 ? a.length - b.length : at >= b.length ? 1 : compareValues(a[at] ?? null, b[at] ?? null, { fail });
  }
  return fail(`${describe(a)} cannot be compared with ${describe(b)}`);
}

/** `attribute='a.b'` of an item. */
function readAttribute(item: Value, path: string): Value {
  let here = item;
  for (const key of path.split('.')) {
    const next = isDict(here) ? here.get(key) : isList(here) && /^\d+$/.test(key) ? here[Number(key)] : undefined;
    if (next === undefined) return new Undefined(path);
    here = next;
  }
  return here;
}

/** The key of each item that sort, unique, min, max and sum look at. Texts count without case unless they are told to. */
function keyOf(given: Arguments, index: number, caseIndex: number | undefined): (item: Value) => Value {
  const attribute = given.get(index, 'attribute');
  const sensitive = caseIndex === undefined ? true : isTruthy(given.get(caseIndex, 'case_sensitive') ?? false);
  return (item) => {
    const value = attribute === undefined || attribute === null ? item : readAttribute(item, print(attribute));
    return typeof value === 'string' && !sensitive ? value.toLowerCase() : value;
  };
}

function sort(items: readonly Value[], key: (item: Value) => Value, reverse: boolean, tools: Tools): Value[] {
  tools.charge(items.length * 8);
  const sorted = [...items].sort((a, b) => compareValues(key(a), key(b), tools));
  return reverse ? sorted.reverse() : sorted;
}

/** `select('even')`, `select` alone, `rejectattr('name', 'equalto', 'x')`. */
function filterItems(isWanted: boolean, byAttribute: boolean): Filter {
  return list((items, given, tools) => {
    const attribute = byAttribute ? print(given.get(0, 'attribute') ?? '') : undefined;
    const shift = byAttribute ? 1 : 0;
    const test = given.get(shift, '');
    const rest: Arguments = { get: (index) => given.get(index + shift + 1, '') };
    return items.filter((item) => {
      const value = attribute === undefined ? item : readAttribute(item, attribute);
      const holds = test === undefined ? isTruthy(value) : tools.callTest(print(test), value, rest);
      return holds === isWanted;
    });
  });
}

function unique(items: readonly Value[], key: (item: Value) => Value, tools: Tools): Value[] {
  const keys = new Set<string>();
  return items.filter((item) => {
    const name = represent(defined(key(item), tools));
    const isNew = !keys.has(name);
    keys.add(name);
    return isNew;
  });
}

function round(value: Value, given: Arguments, tools: Tools): Value {
  const number = toNumber(value);
  if (number === undefined) return tools.fail(`expected a number, found ${describe(value)}`);
  const precision = readInt(given, 0, 'precision', 0);
  if (Math.abs(precision) > maxDecimals) return tools.fail(`a precision of more than ${maxDecimals} digits`);
  const method = readText(given, 1, 'method', 'common');
  if (method === 'ceil' || method === 'floor') {
    const scale = 10 ** precision;
    return new Float(Math[method](number * scale) / scale);
  }
  const rounded = Math.sign(number) * roundHalfEven(Math.abs(number), precision);
  return value instanceof Float ? new Float(rounded) : rounded;
}

/** Python's round() of a number that is not below zero: what lies in the middle goes to the even side, judged by all its digits. */
function roundHalfEven(number: number, precision: number): number {
  if (number >= 1e21) return number;
  if (precision <= 0) {
    const scale = 10 ** -precision;
    const whole = Math.floor(number / scale);
    const rest = number / scale - whole;
    return (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole) * scale;
  }
  const exact = number.toFixed(maxDecimals);
  const end = exact.indexOf('.') + 1 + precision;
  const isMiddle = /^50*$/.test(exact.slice(end));
  const isEven = Number(exact[end - 1]) % 2 === 0;
  return Number(isMiddle && isEven ? exact.slice(0, end) : number.toFixed(precision));
}

/** As many as toFixed() writes. */
const maxDecimals = 100;

function toInt(value: Value, given: Arguments, tools: Tools): Value {
  const number = toNumber(value);
  if (number !== undefined) return Math.trunc(number);
  const base = readInt(given, 1, 'base', 10);
  const digits = print(value).trim();
  const parsed =
    base === 10
      ? /^[-+]?\d+(?:\.\d*)?$/.test(digits)
        ? Math.trunc(Number(digits))
        : Number.NaN
      : Number.parseInt(digits, base);
  if (Math.abs(parsed) > Number.MAX_SAFE_INTEGER) return tools.fail(inexactNumber);
  return Number.isSafeInteger(parsed) ? parsed : (given.get(0, 'default') ?? 0);
}

function toFloat(value: Value, given: Arguments): Value {
  const number = toNumber(value) ?? (print(value).trim() === '' ? Number.NaN : Number(print(value)));
  return Number.isFinite(number) ? new Float(number) : (given.get(0, 'default') ?? new Float(0));
}

/** JSON with the characters of HTML escaped, as Jinja's tojson writes it. */
function toJson(value: Value, tools: Tools): string {
  const plain = (item: Value): unknown => {
    tools.charge(1);
    if (item instanceof Undefined) return tools.fail(describe(item));
    if (item instanceof Float) return item.value;
    if (isList(item)) return item.map(plain);
    return isDict(item)
      ? Object.fromEntries([...item].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, plain(entry)]))
      : item;
  };
  const json = JSON.stringify(plain(value)).replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/g, (piece) =>
    piece.length === 1 ? `${piece} ` : piece,
  );
  return json.replaceAll(/[<>&']/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const indent: Filter = text((input, given, tools) => {
  const width = given.get(0, 'width');
  const pad = typeof width === 'string' ? width : ' '.repeat(Math.min(200, Math.max(0, readInt(given, 0, 'width', 4))));
  const first = isTruthy(given.get(1, 'first') ?? false);
  const blank = isTruthy(given.get(2, 'blank') ?? false);
  const lines = input.split('\n');
  tools.charge(lines.length * pad.length);
  return lines.map((line, at) => ((at === 0 ? first : blank || line !== '') ? pad + line : line)).join('\n');
});

const first: Filter = list((items) => items[0] ?? new Undefined('first'));
const last: Filter = list((items) => items.at(-1) ?? new Undefined('last'));
const length: Filter = list((items) => items.length);
const pairs: Filter = (value, _given, { fail }) =>
  isDict(value)
    ? [...value].map(([key, item]) => makeTuple([key, item]))
    : fail(`expected a map, found ${describe(value)}`);
const withDefault: Filter = (value, given) => {
  const isMissing = value instanceof Undefined || (isTruthy(given.get(1, 'boolean') ?? false) && !isTruthy(value));
  return isMissing ? (given.get(0, 'default_value') ?? '') : value;
};
const least = (sign: 1 | -1): Filter =>
  list((items, given, tools) => {
    const key = keyOf(given, 1, 0);
    const [found = new Undefined('min')] = sort(items, key, sign < 0, tools);
    return found;
  });

/** By name; a Map, so that no name leads anywhere else. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['default', withDefault],
  ['d', withDefault],
  ['lower', text((input) => input.toLowerCase())],
  ['upper', text((input) => input.toUpperCase())],
  ['capitalize', text(capitalize)],
  ['title', text(title)],
  ['trim', stripFilter('both')],
  ['string', text((input) => input)],
  [
    'replace',
    text((input, given, tools) =>
      replaceText(
        input,
        readText(given, 0, 'old', ''),
        readText(given, 1, 'new', ''),
        readInt(given, 2, 'count', -1),
        tools,
      ),
    ),
  ],
  ['indent', indent],
  [
    'join',
    list((items, given, tools) => {
      const attribute = given.get(1, 'attribute');
      const words = attribute === undefined ? items : items.map((item) => readAttribute(item, print(attribute)));
      return join(words, readText(given, 0, 'd', ''), tools);
    }),
  ],
  ['first', first],
  ['last', last],
  ['length', length],
  ['count', length],
  ['list', list((items) => [...items])],
  [
    'reverse',
    (value, given, tools) =>
      typeof value === 'string'
        ? [...value].reverse().join('')
        : list((items) => items.toReversed())(value, given, tools),
  ],
  [
    'sort',
    list((items, given, tools) => sort(items, keyOf(given, 2, 1), isTruthy(given.get(0, 'reverse') ?? false), tools)),
  ],
  ['unique', list((items, given, tools) => unique(items, keyOf(given, 1, 0), tools))],
  ['min', least(1)],
  ['max', least(-1)],
  [
    'sum',
    list((items, given, tools) => {
      const key = keyOf(given, 0, undefined);
      const numbers = items.map(
        (item) => toNumber(key(item)) ?? tools.fail(`expected numbers, found ${describe(key(item))}`),
      );
      const total = numbers.reduce((sum, number) => sum + number, readInt(given, 1, 'start', 0));
      return items.some((item) => key(item) instanceof Float) ? new Float(total) : total;
    }),
  ],
  [
    'map',
    list((items, given, tools) => {
      const attribute = given.get(-1, 'attribute');
      const fallback = given.get(-1, 'default');
      if (attribute !== undefined) {
        return items.map((item) => {
          const found = readAttribute(item, print(attribute));
          return found instanceof Undefined && fallback !== undefined ? fallback : found;
        });
      }
      const name = print(given.get(0, '') ?? '');
      const rest: Arguments = { get: (index, argument) => given.get(index + 1, argument) };
      return items.map((item) => tools.callFilter(name, item, rest));
    }),
  ],
  ['select', filterItems(true, false)],
  ['reject', filterItems(false, false)],
  ['selectattr', filterItems(true, true)],
  ['rejectattr', filterItems(false, true)],
  ['items', pairs],
  [
    'dictsort',
    (value, given, tools) => {
      const entries = pairs(value, given, tools);
      return isList(entries)
        ? sort(entries, (entry) => (isList(entry) ? print(entry[0] ?? '').toLowerCase() : ''), false, tools)
        : [];
    },
  ],
  ['int', toInt],
  ['float', toFloat],
  [
    'abs',
    (value, _given, { fail }) => {
      const number = toNumber(value);
      if (number === undefined) return fail(`expected a number, found ${describe(value)}`);
      return value instanceof Float ? new Float(Math.abs(number)) : Math.abs(number);
    },
  ],
  ['round', round],
  ['tojson', (value, _given, tools) => toJson(value, tools)],
]);

const textOnly =
  (method: (input: string, given: Arguments, tools: Tools) => Value): Filter =>
  (value, given, tools) => {
    if (typeof value !== 'string') return tools.fail('expected a string, found another value');
    tools.charge(value.length);
    return method(value, given, tools);
  };

/** Counts characters, as Python does. */
function findText(input: string, wanted: string): number {
  const unit = input.indexOf(wanted);
  return unit < 0 ? unit : [...input.slice(0, unit)].length;
}

const affixes = (value: Value | undefined): string[] =>
  value === undefined ? [] : isList(value) ? value.map(print) : [print(value)];

/** Methods of strings, as Python names them. */
export const textMethods: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['upper', textOnly((input) => input.toUpperCase())],
  ['lower', textOnly((input) => input.toLowerCase())],
  ['capitalize', textOnly(capitalize)],
  ['title', textOnly(titleLetters)],
  ['strip', stripFilter('both')],
  ['lstrip', stripFilter('left')],
  ['rstrip', stripFilter('right')],
  [
    'replace',
    textOnly((input, given, tools) =>
      replaceText(input, readText(given, 0, '', ''), readText(given, 1, '', ''), readInt(given, 2, '', -1), tools),
    ),
  ],
  [
    'split',
    textOnly((input, given) => {
      const separator = given.get(0, 'sep');
      const most = readInt(given, 1, 'maxsplit', -1);
      const words =
        separator === undefined || separator === null
          ? input
              .trim()
              .split(/\s+/)
              .filter((word) => word !== '')
          : input.split(print(separator));
      if (most < 0 || words.length <= most + 1) return toValue(words);
      const glue = separator === undefined || separator === null ? ' ' : print(separator);
      return [...words.slice(0, most), words.slice(most).join(glue)];
    }),
  ],
  ['splitlines', textOnly((input) => input.replace(/\r?\n$/, '').split(/\r?\n/))],
  ['startswith', textOnly((input, given) => affixes(given.get(0, 'prefix')).some((affix) => input.startsWith(affix)))],
  ['endswith', textOnly((input, given) => affixes(given.get(0, 'suffix')).some((affix) => input.endsWith(affix)))],
  ['join', (value, given, tools) => join(toItems(given.get(0, '') ?? [], tools), print(value), tools)],
  ['find', textOnly((input, given) => findText(input, readText(given, 0, '', '')))],
  ['count', textOnly((input, given) => input.split(readText(given, 0, '', '\u0000')).length - 1)],
  ['isdigit', textOnly((input) => /^\d+$/.test(input))],
  ['zfill', textOnly((input, given) => input.padStart(Math.min(1000, readInt(given, 0, '', 0)), '0'))],
]);

/** Methods of dicts; none of them changes anything. */
export const dictMethods: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['items', pairs],
  ['keys', list((items) => items)],
  ['values', (value) => (isDict(value) ? [...value.values()] : [])],
  [
    'get',
    (value, given) => {
      const found = isDict(value) ? value.get(readText(given, 0, '', '')) : null;
      return found === undefined ? (given.get(1, '') ?? null) : found;
    },
  ],
]);
