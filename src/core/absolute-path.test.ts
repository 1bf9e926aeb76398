import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from './absolute-path.ts';

test('absolute paths without ".."', () => {
  for (const path of ['/', '/a', '/a/', '/a/b', '//a', '/..a', '/a..', '/a/...', '/.a/./b', '/ü b']) {
    assert.match(path, absolutePath, path);
  }
});

test('others', () => {
  const climbing = ['/..', '/../etc', '/a/..', '/a/../b', '//../etc', '/a\n/../etc', '/a\u2028/../etc'];
  for (const path of [...climbing, '', 'a', 'a/b', '../a', '/a\nb', '/a\0', '/a\u2028b']) {
    assert.doesNotMatch(path, absolutePath, JSON.stringify(path));
  }
});
