// Tests of templates (`is defined`, `is divisibleby 3`), after jinja2/tests.py.

import { type Arguments, compareValues, type Tools, toItems } from './filters.ts';
import { Float, isDict, isEqual, isList, print, toNumber, Undefined, type Value } from './values.ts';

export type Predicate = (value: Value, given: Arguments, tools: Tools) => boolean;

const isWhole = (value: Value): value is number => typeof value === 'number';
const compare =
  (holds: (order: number) => boolean): Predicate =>
  (value, given, tools) =>
    holds(compareValues(value, given.get(0, '') ?? null, tools));
const equal: Predicate = (value, given) => isEqual(value, given.get(0, '') ?? null);

/** Whether `container` holds `value`: an item of a list, a key of a map, a part of a string. */
export function contains(container: Value, value: Value, tools: Pick<Tools, 'fail' | 'charge'>): boolean {
  if (typeof container === 'string') {
    return typeof value === 'string'
      ? container.includes(value)
      : tools.fail('expected a string before "in", found another value');
  }
  if (isDict(container)) return typeof value === 'string' && container.has(value);
  const items = toItems(container, tools);
  tools.charge(items.length);
  return items.some((item) => isEqual(item, value));
}

/** By name. */
export const predicates: ReadonlyMap<string, Predicate> = new Map<string, Predicate>([
  ['defined', (value) => !(value instanceof Undefined)],
  ['undefined', (value) => value instanceof Undefined],
  ['none', (value) => value === null],
  ['boolean', (value) => typeof value === 'boolean'],
  ['true', (value) => value === true],
  ['false', (value) => value === false],
  ['string', (value) => typeof value === 'string'],
  ['number', (value) => toNumber(value) !== undefined],
  ['integer', isWhole],
  ['float', (value) => value instanceof Float],
  ['mapping', isDict],
  ['sequence', (value) => isList(value) || isDict(value) || typeof value === 'string'],
  ['iterable', (value) => isList(value) || isDict(value) || typeof value === 'string'],
  ['odd', (value) => isWhole(value) && value % 2 !== 0],
  ['even', (value) => isWhole(value) && value % 2 === 0],
  ['divisibleby', (value, given) => isWhole(value) && value % (toNumber(given.get(0, '') ?? 0) ?? 0) === 0],
  ['lower', (value) => print(value) === print(value).toLowerCase()],
  ['upper', (value) => print(value) === print(value).toUpperCase()],
  ['in', (value, given, tools) => contains(given.get(0, '') ?? [], value, tools)],
  ...['eq', 'equalto', '=='].map((name): [string, Predicate] => [name, equal]),
  ...['ne', '!='].map((name): [string, Predicate] => [name, (value, given, tools) => !equal(value, given, tools)]),
  ...['gt', 'greaterthan', '>'].map((name): [string, Predicate] => [name, compare((order) => order > 0)]),
  ...['ge', '>='].map((name): [string, Predicate] => [name, compare((order) => order >= 0)]),
  ...['lt', 'lessthan', '<'].map((name): [string, Predicate] => [name, compare((order) => order < 0)]),
  ...['le', '<='].map((name): [string, Predicate] => [name, compare((order) => order <= 0)]),
]);
