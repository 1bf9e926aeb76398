import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readUpTo } from './bounded-read.ts';

test('a file is read up to its limit, and not a byte further', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  const content = Buffer.alloc(200_000, 'key\n');
  writeFileSync(path, content);
  const read = (limitBytes: number): Buffer | undefined => withFile(path, (file) => readUpTo(file, limitBytes));
  assert.deepEqual(read(200_000), content);
  assert.deepEqual(read(1_000_000), content);
  assert.equal(read(199_999), undefined);
  writeFileSync(path, '');
  assert.deepEqual(read(0), Buffer.alloc(0));
});

test('a size of 0 is not believed', () => {
  const command = withFile('/proc/self/cmdline', (file) => readUpTo(file, 1_000_000));
  assert.equal(fs.statSync('/proc/self/cmdline').size, 0);
  assert.match(command?.toString() ?? '', /node/);
  assert.equal(
    withFile('/dev/zero', (file) => readUpTo(file, 100_000)),
    undefined,
  );
});

function withFile<Result>(path: string, use: (file: number) => Result): Result {
  const file = fs.openSync(path, 'r');
  try {
    return use(file);
  } finally {
    fs.closeSync(file);
  }
}
