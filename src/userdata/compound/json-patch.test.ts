// RFC 6902, its appendix A among the cases, and RFC 6901 § 5.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPatch } from './json-patch.ts';
import { locateBelow, makeNode, type Text } from './node.ts';

const text = (source: string): Text => ({ source, locate: (path) => ({ line: path.length, column: 1 }) });

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])),
  );
}

function patch(document: unknown, operations: unknown) {
  return applyPatch(makeNode(plain(document), text('document')), makeNode(plain(operations), text('patch')));
}

const applied: readonly (readonly [title: string, document: unknown, operations: unknown[], expected: unknown])[] = [
  ['A.1 add a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [
    'A.2 add an element',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['A.3 remove a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  [
    'A.4 remove an element',
    { foo: ['bar', 'qux', 'baz'] },
    [{ op: 'remove', path: '/foo/1' }],
    { foo: ['bar', 'baz'] },
  ],
  [
    'A.5 replace',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    { baz: 'boo', foo: 'bar' },
  ],
  [
    'A.6 move',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7 move an element',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8 test',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'A.10 add a map',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  [
    'A.11 members that mean nothing',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    { foo: 'bar', baz: 'qux' },
  ],
  ['A.14 ~ in a name', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  [
    'A.16 add a list',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
  [
    'copy',
    { a: [1] },
    [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/-', value: 2 },
    ],
    { a: [1], b: [1, 2] },
  ],
  ['the whole document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  [
    'a name that is empty, and ~1',
    { '': 1, 'a/b': 2 },
    [
      { op: 'replace', path: '/', value: 3 },
      { op: 'remove', path: '/a~1b' },
    ],
    { '': 3 },
  ],
  ['add in place of a member', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
  ['move to the same place', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
  [
    'names of JavaScript',
    {},
    [
      { op: 'add', path: '/constructor', value: {} },
      { op: 'add', path: '/constructor/prototype', value: 1 },
    ],
    { constructor: { prototype: 1 } },
  ],
  [
    'test of maps in another order',
    { a: { x: 1, y: [2] } },
    [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
    { a: { x: 1, y: [2] } },
  ],
  ['nothing', { a: 1 }, [], { a: 1 }],
];

for (const [title, document, operations, expected] of applied) {
  test(title, () => {
    const before = JSON.stringify(document);
    const found = patch(document, operations);
    assert.ok(found.ok, found.ok ? '' : found.problem.message);
    assert.deepEqual(JSON.parse(JSON.stringify(found.node.value)), expected);
    assert.equal(JSON.stringify(document), before);
  });
}

const refused: readonly (readonly [
  title: string,
  document: unknown,
  operations: unknown,
  path: unknown[],
  code: string,
])[] = [
  ['A.9 a test that fails', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], [0, 'path'], 'value'],
  ['A.12 add below nothing', { foo: 'bar' }, [{ op: 'add', path: '/baz/bat', value: 'qux' }], [0, 'path'], 'missing'],
  ['A.15 a number is not a string', { '~1': 10 }, [{ op: 'test', path: '/~01', value: '10' }], [0, 'path'], 'value'],
  ['remove nothing', {}, [{ op: 'remove', path: '/a' }], [0, 'path'], 'missing'],
  ['replace nothing', {}, [{ op: 'replace', path: '/a', value: 1 }], [0, 'path'], 'missing'],
  ['an index beyond the end', { a: [1] }, [{ op: 'add', path: '/a/2', value: 1 }], [0, 'path'], 'missing'],
  ['an index with a leading zero', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], [0, 'path'], 'value'],
  ['an index that is a name', { a: [1] }, [{ op: 'remove', path: '/a/length' }], [0, 'path'], 'value'],
  ['"-" where nothing is', { a: [1] }, [{ op: 'remove', path: '/a/-' }], [0, 'path'], 'value'],
  ['below a string', { a: 'x' }, [{ op: 'add', path: '/a/b', value: 1 }], [0, 'path'], 'missing'],
  ['no pointer', {}, [{ op: 'add', path: 'a', value: 1 }], [0, 'path'], 'value'],
  ['a bad escape', {}, [{ op: 'add', path: '/~2', value: 1 }], [0, 'path'], 'value'],
  ['no path', {}, [{ op: 'add', value: 1 }], [0], 'missing'],
  ['no value', {}, [{ op: 'add', path: '/a' }], [0], 'missing'],
  ['no from', { a: 1 }, [{ op: 'move', path: '/b' }], [0], 'missing'],
  ['an unknown operation', {}, [{ op: 'merge', path: '/a' }], [0, 'op'], 'value'],
  ['into itself', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b/c' }], [0, 'from'], 'value'],
  ['no operation', {}, ['add'], [0], 'type'],
  ['no list', {}, { op: 'add' }, [], 'type'],
  [
    'the second of two',
    { a: 1 },
    [
      { op: 'remove', path: '/a' },
      { op: 'remove', path: '/a' },
    ],
    [1, 'path'],
    'missing',
  ],
  ['the whole document', { a: 1 }, [{ op: 'remove', path: '' }], [0, 'path'], 'value'],
];

for (const [title, document, operations, path, code] of refused) {
  test(`refused: ${title}`, () => {
    const found = patch(document, operations);
    assert.ok(!found.ok);
    assert.deepEqual([found.problem.path, found.problem.code], [path, code]);
  });
}

test('what a patch brings has its place in the patch, what was there keeps its own', () => {
  const found = patch({ a: [{ x: 1 }], b: 2 }, [
    { op: 'add', path: '/a/0', value: { y: 1 } },
    { op: 'move', from: '/b', path: '/c' },
  ]);
  assert.ok(found.ok);
  const { origin } = found.node;
  assert.deepEqual(locateBelow(origin, ['a', 0, 'y']), { source: 'patch', line: 3, column: 1 });
  assert.deepEqual(locateBelow(origin, ['a', 1, 'x']), { source: 'document', line: 3, column: 1 });
  assert.deepEqual(locateBelow(origin, ['c']), { source: 'document', line: 1, column: 1 });
  assert.deepEqual(locateBelow(origin, ['a', 7]), { source: 'document', line: 1, column: 1 });
});
