import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modules } from '../modules/registry.generated.ts';
import { isClosing, orderModules } from './order.ts';

const named = (name: string, ...after: string[]) => ({ name, after });
const order = (...given: { name: string; after: string[] }[]): string[] => orderModules(given).map(({ name }) => name);

test('what comes after comes after, and equals keep their order', () => {
  assert.deepEqual(order(named('a'), named('b'), named('c')), ['a', 'b', 'c']);
  assert.deepEqual(order(named('a', 'c'), named('b'), named('c')), ['c', 'a', 'b']);
  assert.deepEqual(order(named('a', 'b', 'c'), named('b', 'd'), named('c', 'd'), named('d')), ['d', 'b', 'c', 'a']);
});

test('what closes the run comes after everything else, and keeps its own order', () => {
  assert.deepEqual(order(named('a', '*', 'b'), named('b', '*'), named('c', 'd'), named('d')), ['d', 'c', 'b', 'a']);
  const closing = modules.filter(isClosing).map(({ name }) => name);
  const last = orderModules<{ name: string; after: readonly string[] }>(modules).slice(-closing.length);
  assert.deepEqual(last.map(({ name }) => name).sort(), closing.sort());
});

test('a cycle is named with its whole way round', () => {
  assert.throws(() => order(named('a', 'b'), named('b', 'c'), named('c', 'a')), /a -> b -> c -> a/);
  assert.throws(() => order(named('a', 'a')), /a -> a/);
});

test('a module that does not exist is named with the one that waits for it', () => {
  assert.throws(() => order(named('a', 'nobody')), /module a comes after nobody/);
});

test('our modules, in any order of folders, keep to their "after"', () => {
  for (const given of [[...modules], [...modules].reverse()]) {
    const names = orderModules<{ name: string; after: readonly string[] }>(given).map(({ name }) => name);
    assert.equal(names.length, modules.length);
    for (const { name, after } of modules) {
      for (const before of after.filter((word) => word !== '*'))
        assert.ok(names.indexOf(before) < names.indexOf(name), `${before} before ${name}`);
    }
  }
});
