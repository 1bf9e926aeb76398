// The values of templates and how they print, as Python's str() and repr() have it. They are data of our own making: a Map for a dict, a
// list, text, a number; nothing in them leads to an object of JavaScript, so that there is no attribute to escape by.

import { spellFloat } from '../../core/python-float.ts';
import { isMap } from '../pruned-value.ts';

/** What is said of an integer that a number of JavaScript cannot hold. */
export const inexactNumber = 'a number beyond 2^53 cannot be kept exact: quote it';

/** A float, as opposed to an int: it prints with a point. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** What a name that is not there gives; `name` as it was written: `ds.meta_data.role`. */
export class Undefined {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A list that prints as Python's tuples do; what is made of it (filtered, reversed) is a list. */
class Tuple extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** Items between round brackets, or with commas alone; an entry of a map. */
export function makeTuple(items: readonly Value[]): readonly Value[] {
  return Tuple.from(items);
}

/** Whether a list is one of makeTuple. */
export function isTuple(value: Value): boolean {
  return value instanceof Tuple;
}

export type Value = null | boolean | number | string | Float | Undefined | readonly Value[] | Dict;
export type Dict = ReadonlyMap<string, Value>;

/** Data as JSON or YAML have it; numbers that are whole are ints. What is no data is left out. */
export function toValue(data: unknown): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === 'string' || typeof data === 'boolean') return data;
  if (typeof data === 'number') return Number.isInteger(data) ? data : new Float(data);
  if (Array.isArray(data)) return data.map(toValue);
  if (isMap(data)) return new Map(Object.keys(data).map((key) => [key, toValue(data[key])]));
  return null;
}

export function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The number in an int, a float or a bool; undefined for anything else. */
export function toNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Float ? value.value : undefined;
}

export function isTruthy(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (value instanceof Float) return value.value !== 0;
  if (isList(value)) return value.length > 0;
  if (isDict(value)) return value.size > 0;
  return value !== false && value !== 0 && value !== '';
}

export function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [toNumber(a), toNumber(b)];
  if (left !== undefined && right !== undefined) return left === right;
  if (isTuple(a) !== isTuple(b)) return false;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, at) => isEqual(item, b[at] ?? null));
  if (isDict(a) && isDict(b)) {
    return a.size === b.size && [...a].every(([key, item]) => b.has(key) && isEqual(item, b.get(key) ?? null));
  }
  return a === b || (a instanceof Undefined && b instanceof Undefined);
}

/** Python's str(). */
export function print(value: Value): string {
  return typeof value === 'string' ? value : represent(value);
}

/** Python's repr(). */
export function represent(value: Value): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return String(value);
  if (value instanceof Float) return spellFloat(value.value);
  if (value instanceof Undefined) return '';
  if (isList(value)) {
    const items = value.map(represent).join(', ');
    return isTuple(value) ? `(${items}${value.length === 1 ? ',' : ''})` : `[${items}]`;
  }
  if (isDict(value)) return `{${[...value].map(([key, item]) => `${represent(key)}: ${represent(item)}`).join(', ')}}`;
  return quote(value);
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}

/** The type in the words of messages. */
export function nameType(value: Value): string {
  if (value === null) return 'none';
  if (value instanceof Undefined) return 'something that is not defined';
  if (value instanceof Float || typeof value === 'number') return 'a number';
  if (isList(value)) return 'a list';
  if (isDict(value)) return 'a map';
  return typeof value === 'string' ? 'a string' : 'true or false';
}
