// Walks the syntax tree of a template and writes its text. Nothing is compiled and nothing of JavaScript can be reached: names are looked
// up in Maps, methods in tables. Every step, item and character is charged, so that a template ends soon, however it is written.

import {
  type Arguments,
  compareValues,
  dictMethods,
  type Filter,
  filters,
  type Tools,
  textMethods,
  toItems,
} from './filters.ts';
import { TemplateError } from './lexer.ts';
import { contains, predicates } from './predicates.ts';
import type { Call, Expression, Statement } from './syntax-tree.ts';
import {
  type Dict,
  Float,
  inexactNumber,
  isDict,
  isEqual,
  isList,
  isTruthy,
  isTuple,
  makeTuple,
  nameType,
  print,
  toNumber,
  Undefined,
  type Value,
} from './values.ts';

/** Steps, items and characters of one template. */
const maxWork = 2_000_000;
const maxOutput = 4 * 1024 * 1024;
const maxRange = 10_000;

/** A piece of the output and the offset in the template that it comes from. */
export type Segment = { readonly text: string; readonly at: number; readonly isLiteral: boolean };

export type Missing = { readonly name: string; readonly at: number };

/** A name that is not there where a condition looks at it; `counts` says as what. */
export type Absent = Missing & { readonly counts: 'as false' | 'as equal to no value' };

export type Rendered = {
  readonly segments: readonly Segment[];
  readonly missing: readonly Missing[];
  readonly absent: readonly Absent[];
};

type Run = {
  work: number;
  written: number;
  segments: Segment[];
  readonly missing: Missing[];
  /** By place: a loop asks many times. */
  readonly absent: Map<number, Absent>;
};

type Scope = { readonly names: Map<string, Value>; readonly outer: Scope | undefined };

/** Fills in a template. Undefined names that are printed or that a condition looks at are collected; anything else that cannot be done throws TemplateError. */
export function evaluateTemplate(body: readonly Statement[], names: Dict): Rendered {
  const run: Run = { work: 0, written: 0, segments: [], missing: [], absent: new Map() };
  runBody(run, body, { names: new Map(), outer: { names: new Map(names), outer: undefined } });
  return { segments: run.segments, missing: run.missing, absent: [...run.absent.values()] };
}

function charge(run: Run, amount: number, at: number): void {
  run.work += amount;
  if (run.work > maxWork) throw new TemplateError(at, 'the template asks for too much work');
}

function write(run: Run, segment: Segment): void {
  run.written += segment.text.length;
  if (run.written > maxOutput)
    throw new TemplateError(segment.at, `the template writes more than ${maxOutput} characters`);
  run.segments.push(segment);
}

function runBody(run: Run, body: readonly Statement[], scope: Scope): void {
  for (const statement of body) {
    charge(run, 1, statement.at);
    runStatement(run, statement, scope);
  }
}

function runStatement(run: Run, statement: Statement, scope: Scope): void {
  const { at } = statement;
  switch (statement.kind) {
    case 'text':
      write(run, { text: statement.text, at, isLiteral: true });
      break;
    case 'print': {
      const value = evaluate(run, statement.value, scope);
      if (value instanceof Undefined) run.missing.push({ name: value.name, at: statement.value.at });
      else write(run, { text: printCharged(run, value, at), at, isLiteral: false });
      break;
    }
    case 'if': {
      const chosen = statement.branches.find(([condition]) => condition === undefined || decide(run, condition, scope));
      if (chosen !== undefined) runBody(run, chosen[1], scope);
      break;
    }
    case 'set':
      assign(statement.names, evaluate(run, statement.value, scope), scope, at);
      break;
    case 'capture': {
      const { segments } = run;
      run.segments = [];
      runBody(run, statement.body, scope);
      scope.names.set(statement.name, run.segments.map(({ text }) => text).join(''));
      run.segments = segments;
      break;
    }
    case 'for':
      runLoop(run, statement, scope);
  }
}

/** Whether a condition holds. Names that are not there are false, as they are for cloud-init, whose templates ask so; they are told. */
function decide(run: Run, condition: Expression, scope: Scope): boolean {
  const value = evaluate(run, condition, scope);
  noteAbsent(run, value, condition.at, 'as false');
  return isTruthy(value);
}

function noteAbsent(run: Run, value: Value, at: number, counts: Absent['counts']): void {
  if (value instanceof Undefined) run.absent.set(at, { name: value.name, at, counts });
}

function printCharged(run: Run, value: Value, at: number): string {
  charge(run, countPieces(value, maxWork, at), at);
  const missing = findUndefined(value);
  if (missing !== undefined) return fail(at, `"${missing.name}" is not defined`);
  return print(value);
}

/** Whether an integer may stand for another one: JSON's are read as numbers of JavaScript, which are exact up to 2^53. */
function isInexact(value: Value): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

/** What printing or comparing a value costs; refuses numbers that are not known exactly, which come through here before they show. Lists that share items can be far larger than they are in memory, and nest without end. */
function countPieces(value: Value, limit: number, at: number, depth = 0): number {
  if (typeof value === 'string') return value.length + 1;
  if (isInexact(value)) return fail(at, inexactNumber);
  if (!isList(value) && !isDict(value)) return 1;
  if (depth > 100) return Number.POSITIVE_INFINITY;
  let count = 1;
  for (const item of isList(value) ? value : value.values()) {
    if (count > limit) return count;
    count += countPieces(item, limit - count, at, depth + 1);
  }
  return count;
}

/** The first item that is not defined, at any depth; after the value has been counted, which bounds it. */
function findUndefined(value: Value): Undefined | undefined {
  if (value instanceof Undefined) return value;
  if (!isList(value) && !isDict(value)) return undefined;
  for (const item of isList(value) ? value : value.values()) {
    const found = findUndefined(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function runLoop(run: Run, statement: Statement & { kind: 'for' }, scope: Scope): void {
  const { names, over, condition, body, usesLoop, at } = statement;
  const all = toItems(evaluate(run, over, scope), makeTools(run, over.at));
  charge(run, all.length, at);
  const open = (item: Value): Scope => {
    const inner: Scope = { names: new Map(), outer: scope };
    assign(names, item, inner, at);
    return inner;
  };
  const items = condition === undefined ? all : all.filter((item) => decide(run, condition, open(item)));
  for (const [index, item] of items.entries()) {
    const inner = open(item);
    charge(run, 5, at);
    if (usesLoop) inner.names.set('loop', describeLoop(index, items));
    runBody(run, body, inner);
  }
  if (items.length === 0) runBody(run, statement.otherwise, scope);
}

function describeLoop(index: number, items: readonly Value[]): Dict {
  const { length } = items;
  const loop = new Map<string, Value>([
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
  ]);
  const [before, after] = [items[index - 1], items[index + 1]];
  if (index > 0 && before !== undefined) loop.set('previtem', before);
  if (after !== undefined) loop.set('nextitem', after);
  return loop;
}

function assign(names: readonly string[], value: Value, scope: Scope, at: number): void {
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    scope.names.set(only, value);
    return;
  }
  if (!isList(value) || value.length !== names.length) {
    throw new TemplateError(at, `expected a list of ${names.length} values to unpack, found ${nameType(value)}`);
  }
  for (const [index, name] of names.entries()) scope.names.set(name, value[index] ?? null);
}

function lookUp(name: string, scope: Scope): Value {
  for (let here: Scope | undefined = scope; here !== undefined; here = here.outer) {
    const value = here.names.get(name);
    if (value !== undefined) return value;
  }
  return new Undefined(name);
}

function evaluate(run: Run, expression: Expression, scope: Scope): Value {
  const { at } = expression;
  charge(run, 1, at);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'float':
      return new Float(expression.value);
    case 'name':
      return lookUp(expression.name, scope);
    case 'list':
      return expression.items.map((item) => evaluate(run, item, scope));
    case 'tuple':
      return makeTuple(expression.items.map((item) => evaluate(run, item, scope)));
    case 'dict':
      return new Map(
        expression.entries.map(([key, value]) => [
          printCharged(run, evaluate(run, key, scope), key.at),
          evaluate(run, value, scope),
        ]),
      );
    case 'attribute':
      return readChild(run, evaluate(run, expression.of, scope), evaluate(run, expression.key, scope), at);
    case 'slice':
      return slice(run, expression, scope);
    case 'call':
      return callMethod(run, expression, scope);
    case 'filter': {
      const value = evaluate(run, expression.of, scope);
      return applyFilter(run, { name: expression.name, at }, value, readArguments(run, expression.call, scope));
    }
    case 'test': {
      const value = evaluate(run, expression.of, scope);
      const holds = applyTest(run, { name: expression.name, at }, value, readArguments(run, expression.call, scope));
      return holds !== expression.not;
    }
    case 'unary':
      if (expression.operator === 'not') return !decide(run, expression.of, scope);
      return evaluateUnary(evaluate(run, expression.of, scope), expression.operator, at);
    case 'choice':
      if (decide(run, expression.condition, scope)) return evaluate(run, expression.then, scope);
      return expression.otherwise === undefined ? '' : evaluate(run, expression.otherwise, scope);
    case 'compare':
      return evaluateComparison(run, expression, scope);
    case 'binary': {
      const left = evaluate(run, expression.left, scope);
      if (expression.operator === 'and' || expression.operator === 'or')
        noteAbsent(run, left, expression.left.at, 'as false');
      if (expression.operator === 'and') return isTruthy(left) ? evaluate(run, expression.right, scope) : left;
      if (expression.operator === 'or') return isTruthy(left) ? left : evaluate(run, expression.right, scope);
      return evaluateArithmetic(run, expression.operator, left, evaluate(run, expression.right, scope), at);
    }
  }
}

/** A key of a dict or an index of a list, and nothing else: what is not data has no attributes. */
function readChild(run: Run, value: Value, key: Value, at: number): Value {
  const name =
    typeof key === 'string' && /^\w[\w.-]{0,63}$/.test(key) ? key : typeof key === 'number' ? String(key) : '?';
  const whole = value instanceof Undefined ? value.name : undefined;
  const found = isDict(value)
    ? value.get(print(key))
    : typeof key === 'number'
      ? readItem(run, value, key, at)
      : undefined;
  if (found !== undefined) return found;
  return new Undefined(whole === undefined ? name : `${whole}.${name}`);
}

/** By position, from the end when it is below zero; of a string its characters, whatever number of units each has. */
function readItem(run: Run, value: Value, position: number, at: number): Value | undefined {
  if (isList(value)) return value.at(position);
  if (typeof value !== 'string') return undefined;
  charge(run, value.length, at);
  return [...value].at(position);
}

function slice(run: Run, { of, from, to, at }: Expression & { kind: 'slice' }, scope: Scope): Value {
  const value = evaluate(run, of, scope);
  const bound = (part: Expression | undefined): number | undefined => {
    if (part === undefined) return undefined;
    return toNumber(evaluate(run, part, scope)) ?? fail(part.at, 'expected a number as a bound');
  };
  const [start, end] = [bound(from), bound(to)];
  if (isTuple(value) && isList(value)) return makeTuple(value.slice(start, end));
  if (isList(value)) return value.slice(start, end);
  if (typeof value === 'string') {
    charge(run, value.length, at);
    return [...value].slice(start, end).join('');
  }
  return fail(at, `expected a list or a string to take a part of, found ${nameType(value)}`);
}

function fail(at: number, message: string): never {
  throw new TemplateError(at, message);
}

function evaluateUnary(value: Value, operator: '-' | '+', at: number): Value {
  const number = toNumber(value) ?? fail(at, `expected a number, found ${nameType(value)}`);
  const result = operator === '-' ? -number : number;
  return value instanceof Float ? new Float(result) : result;
}

function evaluateComparison(run: Run, { first, rest, at }: Expression & { kind: 'compare' }, scope: Scope): Value {
  const tools = makeTools(run, at);
  let left = evaluate(run, first, scope);
  let leftAt = first.at;
  for (const [operator, expression] of rest) {
    const right = evaluate(run, expression, scope);
    if (['==', '!=', 'in', 'not in'].includes(operator)) {
      noteAbsent(run, left, leftAt, 'as equal to no value');
      noteAbsent(run, right, expression.at, 'as equal to no value');
    }
    charge(run, countPieces(left, maxWork, at) + countPieces(right, maxWork, at), at);
    if (!holdsComparison(operator, left, right, tools)) return false;
    left = right;
    leftAt = expression.at;
  }
  return true;
}

function holdsComparison(operator: string, left: Value, right: Value, tools: Tools): boolean {
  if (operator === '==') return isEqual(left, right);
  if (operator === '!=') return !isEqual(left, right);
  if (operator === 'in') return contains(right, left, tools);
  if (operator === 'not in') return !contains(right, left, tools);
  const order = compareValues(left, right, tools);
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
}

function evaluateArithmetic(run: Run, operator: string, left: Value, right: Value, at: number): Value {
  for (const side of [left, right]) {
    if (side instanceof Undefined) fail(at, `"${side.name}" is not defined`);
    if (isInexact(side)) fail(at, inexactNumber);
  }
  if (operator === '~') return joinTexts(run, printCharged(run, left, at), printCharged(run, right, at), at);
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return joinTexts(run, left, right, at);
  if (operator === '+' && isList(left) && isList(right)) {
    charge(run, left.length + right.length, at);
    const both = [...left, ...right];
    if (isTuple(left) !== isTuple(right)) return fail(at, 'a list and a tuple cannot be put together');
    return isTuple(left) ? makeTuple(both) : both;
  }
  if (operator === '*' && typeof left === 'string' && typeof right === 'number') {
    charge(run, left.length * Math.max(0, right), at);
    return left.repeat(Math.max(0, right));
  }
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a === undefined || b === undefined) {
    return fail(at, `"${operator}" cannot be applied to ${nameType(left)} and ${nameType(right)}`);
  }
  const isFloat = operator === '/' || (operator === '**' && b < 0) || left instanceof Float || right instanceof Float;
  const result = calculate(operator, a, b, at);
  if (!Number.isFinite(result) || (!isFloat && isInexact(result))) return fail(at, 'a number that is too large');
  return isFloat ? new Float(result) : result;
}

function joinTexts(run: Run, left: string, right: string, at: number): string {
  charge(run, left.length + right.length, at);
  return left + right;
}

function calculate(operator: string, a: number, b: number, at: number): number {
  if ((b === 0 && ['/', '//', '%'].includes(operator)) || (a === 0 && b < 0 && operator === '**'))
    return fail(at, 'division by zero');
  const results: Readonly<Record<string, () => number>> = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '//': () => Math.floor(a / b),
    '%': () => a - b * Math.floor(a / b),
    '**': () => a ** b,
  };
  return results[operator]?.() ?? Number.NaN;
}

function readArguments(run: Run, { positional, named }: Call, scope: Scope): Arguments {
  const read = (argument: Expression): Value => {
    const value = evaluate(run, argument, scope);
    if (value instanceof Undefined) return fail(argument.at, `"${value.name}" is not defined`);
    charge(run, countPieces(value, maxWork, argument.at), argument.at);
    return value;
  };
  const values = positional.map(read);
  const byName = new Map([...named].map(([name, argument]) => [name, read(argument)]));
  return { get: (index, name) => (index >= 0 && index < values.length ? values[index] : byName.get(name)) };
}

/** Methods of texts and dicts, and range(); a name that is data cannot be called. */
function callMethod(run: Run, { of, call, at }: Expression & { kind: 'call' }, scope: Scope): Value {
  const given = readArguments(run, call, scope);
  if (of.kind === 'name' && of.name === 'range' && lookUp('range', scope) instanceof Undefined)
    return makeRange(run, given, at);
  if (of.kind !== 'attribute' || !of.isDotted || of.key.kind !== 'literal')
    return fail(at, 'only methods of strings and maps, and range(), can be called');
  const value = evaluate(run, of.of, scope);
  if (value instanceof Undefined) return fail(of.at, `"${value.name}" is not defined`);
  const name = String(of.key.value);
  const methods: ReadonlyMap<string, Filter> | undefined =
    typeof value === 'string' ? textMethods : isDict(value) ? dictMethods : undefined;
  const method = methods?.get(name);
  if (method === undefined) return fail(at, `${nameType(value)} has no method of this name that a template may call`);
  return method(value, given, makeTools(run, at));
}

function makeRange(run: Run, given: Arguments, at: number): Value {
  const numbers = [0, 1, 2].map((index) => {
    const value = given.get(index, '');
    return value === undefined ? undefined : (toNumber(value) ?? fail(at, 'expected numbers as bounds of range()'));
  });
  const [a = 0, b, step = 1] = numbers;
  const [start, stop] = b === undefined ? [0, a] : [a, b];
  if (step === 0) fail(at, 'the step of range() cannot be 0');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > maxRange) fail(at, `range() of more than ${maxRange} numbers`);
  charge(run, count, at);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

type Named = { readonly name: string; readonly at: number };

function makeTools(run: Run, at: number): Tools {
  return {
    charge: (amount) => charge(run, amount, at),
    fail: (message) => fail(at, message),
    callFilter: (name, value, given) => applyFilter(run, { name, at }, value, given),
    callTest: (name, value, given) => applyTest(run, { name, at }, value, given),
  };
}

function applyFilter(run: Run, { name, at }: Named, value: Value, given: Arguments): Value {
  charge(run, countPieces(value, maxWork, at), at);
  const filter = filters.get(name);
  if (filter === undefined) return fail(at, `unknown filter ${quoteName(name)}`);
  const isForgiving = name === 'default' || name === 'd';
  if (value instanceof Undefined && !isForgiving) return fail(at, `"${value.name}" is not defined`);
  return filter(value, given, makeTools(run, at));
}

function applyTest(run: Run, { name, at }: Named, value: Value, given: Arguments): boolean {
  charge(run, countPieces(value, maxWork, at), at);
  const predicate = predicates.get(name);
  return predicate === undefined
    ? fail(at, `unknown test ${quoteName(name)}`)
    : predicate(value, given, makeTools(run, at));
}

function quoteName(name: string): string {
  return /^\w{1,40}$/.test(name) ? `"${name}"` : '(not a name)';
}
