// Checks of the shared tree rules, with rules of their own so that no format's limits hide a mistake.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTreeProblems, foldCase, growDirectories, type NameRules } from './tree.ts';

const lenient: NameRules = { format: 'TEST', ignoresCase: false, findNameProblem: () => undefined };

function findPaths(paths: readonly string[], rules: Partial<NameRules> = {}): string[] {
  const tree = new Map(paths.map((path) => [path, new Uint8Array()]));
  return findTreeProblems(tree, { ...lenient, ...rules }).map(({ path, message }) => `${path}: ${message}`);
}

test('accepts ordinary paths', () => {
  assert.deepEqual(findPaths(['a', 'b/c', 'b/..d', 'b/e..', '...']), []);
});

for (const [path, expected] of [
  ['', /empty path/],
  ['/etc/passwd', /absolute/],
  ['a//b', /empty name/],
  ['a/', /empty name/],
  ['../a', /'\.\.'/],
  ['a/../b', /'\.\.'/],
  ['a/.', /'\.'/],
  ['a\0b', /NUL/],
  ['\udc00', /surrogate/],
] as const) {
  test(`refuses ${JSON.stringify(path)}`, () => {
    const problems = findPaths([path, 'fine']);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', expected);
  });
}

test('refuses a file that is also a folder, whichever came first', () => {
  assert.deepEqual(findPaths(['a', 'a/b']), ['a: is both a file and a folder']);
  assert.deepEqual(findPaths(['a/b/c', 'a/b']), ['a/b: is both a file and a folder']);
  // '!' sorts before '/', which puts another path between the file and its folder.
  assert.deepEqual(findPaths(['a', 'a!', 'a/b']), ['a: is both a file and a folder']);
});

test('refuses names that differ by case only where case does not count', () => {
  const paths = ['dir/File', 'dir/file', 'Über', 'über', 'Top/x', 'top/y'];
  assert.deepEqual(findPaths(paths), []);
  const problems = findPaths(paths, { ignoresCase: true });
  assert.deepEqual(
    problems.map((problem) => problem.split(':')[0]),
    ['dir/file', 'top', 'über'],
  );
});

test('counts depth in names, the file included', () => {
  assert.deepEqual(findPaths(['a/b/c'], { maxDepth: 3 }), []);
  assert.deepEqual(findPaths(['a/b/c'], { maxDepth: 2 }), ['a/b/c: is 3 names deep; TEST holds at most 2']);
});

test('reports a bad folder name once, however many files it has', () => {
  const findNameProblem = (name: string): string | undefined => (name === 'bad' ? 'is bad' : undefined);
  assert.deepEqual(findPaths(['bad/a', 'bad/b', 'good/bad'], { findNameProblem }), ['bad: is bad', 'good/bad: is bad']);
});

test('folds case without changing lengths', () => {
  assert.equal(foldCase('aÉßσ'), 'AÉßΣ');
});

test('grows sorted folders whatever the order of the map', () => {
  const paths = ['b/z', 'a', 'b/c/d', 'b/a', 'B'];
  const grow = (order: readonly string[]) => growDirectories(new Map(order.map((path) => [path, new Uint8Array()])));
  assert.deepEqual(grow(paths), grow([...paths].reverse()));
  assert.deepEqual(
    grow(paths).children.map(({ kind, name }) => `${kind} ${name}`),
    ['file B', 'file a', 'directory b'],
  );
});
