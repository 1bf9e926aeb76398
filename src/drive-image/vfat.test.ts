// Reads FAT images back with a reader that shares no code with the writer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { listExpectedNodes, listTreeShapes, makeBytes } from './testing/tree-shapes.ts';
import { readVfat } from './testing/vfat-reader.ts';
import type { DriveTree } from './tree.ts';
import { buildVfat, findVfatProblems, type VfatOptions } from './vfat.ts';

const MIB = 1024 * 1024;
const options: VfatOptions = { label: 'config-2', time: new Date('2026-03-04T05:06:07Z') };

function assertReadsBack(tree: DriveTree, chosen: VfatOptions = options): ReturnType<typeof readVfat> {
  const disk = readVfat(buildVfat(tree, chosen));
  assert.deepEqual([disk.bootLabel, disk.rootLabel], ['config-2', 'config-2']);
  const expected = listExpectedNodes(tree);
  assert.deepEqual([...disk.nodes.keys()].sort(), [...expected.keys()].sort());
  for (const [path, data] of disk.nodes) {
    const content = expected.get(path);
    assert.ok(content === undefined ? data === undefined : data?.equals(content), path);
  }
  return disk;
}

for (const { title, tree, formats } of listTreeShapes()) {
  if (formats.includes('vfat')) {
    test(`reads back: ${title}`, () => {
      assert.deepEqual(findVfatProblems(tree, options), []);
      assertReadsBack(tree);
    });
  } else {
    test(`refuses: ${title}`, () => {
      assert.notDeepEqual(findVfatProblems(tree, options), []);
      assert.throws(() => buildVfat(tree, options), /cannot write a VFAT image: /);
    });
  }
}

test('gives the same bytes whatever the order of the map, and another serial number for other contents', () => {
  const tree = new Map([
    ['b/long name two', makeBytes(5)],
    ['b/long name one', makeBytes(6)],
    ['a', makeBytes(7)],
  ]);
  const image = Buffer.from(buildVfat(tree, options));
  assert.ok(image.equals(buildVfat(new Map([...tree].reverse()), options)));
  const other = new Map([...tree, ['a', makeBytes(8)]]);
  assert.notEqual(readVfat(buildVfat(other, options)).volumeId, readVfat(image).volumeId);
  assert.equal(readVfat(buildVfat(tree, { ...options, volumeId: 0xfedcba98 })).volumeId, 0xfedcba98);
});

test('takes 1 MiB when that suffices, and else the next whole MiB', () => {
  assert.equal(buildVfat(new Map(), options).length, MIB);
  assert.equal(buildVfat(new Map([['a', makeBytes(MIB)]]), options).length, 2 * MIB);
  assert.equal(buildVfat(new Map([['a', makeBytes(MIB - 40 * 1024)]]), options).length, MIB);
});

test('takes the size that is asked for, FAT12 below some 8 MiB and FAT16 above', () => {
  const tree = new Map([['a/b', makeBytes(70_000)]]);
  for (const [sizeBytes, fatBits] of [
    [MIB, 12],
    [MIB + 512, 12],
    [7 * MIB, 12],
    [9 * MIB, 16],
    [64 * MIB, 16],
  ] as const) {
    assert.equal(buildVfat(tree, { ...options, sizeBytes }).length, sizeBytes);
    assert.equal(assertReadsBack(tree, { ...options, sizeBytes }).fatBits, fatBits);
  }
});

test('keeps every size around the border of FAT12 and FAT16 readable', () => {
  const tree = new Map([['a/b', makeBytes(3000)]]);
  for (let sizeBytes = 8_380_000 - (8_380_000 % 512); sizeBytes < 8_480_000; sizeBytes += 5 * 512) {
    assertReadsBack(tree, { ...options, sizeBytes });
  }
});

test('fills a disk to the last cluster and refuses one byte more', () => {
  const sizeBytes = MIB;
  const fits = (bytes: number): boolean =>
    findVfatProblems(new Map([['a', makeBytes(bytes)]]), { ...options, sizeBytes }).length === 0;
  let most = 0;
  for (let bytes = MIB; bytes > 0 && most === 0; bytes -= 2048) if (fits(bytes)) most = bytes;
  assert.ok(most > 0.95 * MIB && !fits(most + 1));
  assertReadsBack(new Map([['a', makeBytes(most)]]), { ...options, sizeBytes });
});

test('numbers aliases so that none is also the long name of a neighbour', () => {
  const paths = [
    'long name one.txt',
    'LONGNA~1.TXT',
    'longna~2.txt',
    'long name two.txt',
    'short.txt',
    '.profile',
    '日本',
  ];
  const { aliases } = assertReadsBack(new Map(paths.map((path) => [path, makeBytes(9)])));
  assert.deepEqual(Object.fromEntries(aliases), {
    '.profile': 'PROFIL~1',
    'LONGNA~1.TXT': 'LONGNA~1.TXT',
    'long name one.txt': 'LONGNA~3.TXT',
    'long name two.txt': 'LONGNA~4.TXT',
    'longna~2.txt': 'LONGNA~2.TXT',
    'short.txt': 'SHORT.TXT',
    日本: '__~1',
  });
});

for (const [title, wrong] of Object.entries({
  'empty label': { label: '' },
  'label of 12 characters': { label: 'x'.repeat(12) },
  'label with a dot': { label: 'config.2' },
  'time before 1980': { time: new Date('1979-12-31T23:59:59Z') },
  'invalid time': { time: new Date(Number.NaN) },
  'size below 1 MiB': { sizeBytes: MIB - 512 },
  'size of half sectors': { sizeBytes: MIB + 256 },
  'size above FAT16': { sizeBytes: 2048 * MIB },
  'volume id of 33 bits': { volumeId: 2 ** 32 },
})) {
  test(`refuses an option: ${title}`, () => {
    assert.equal(findVfatProblems(new Map(), { ...options, ...wrong }).length, 1);
  });
}

test('reads back any tree that has no problems', () => {
  const unit = fc.constantFrom('a', 'B', '1', '.', '-', '_', ' ', '~', 'é', '語', '😀');
  const name = fc.string({ unit, minLength: 1, maxLength: 30 });
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
  const entry = fc.tuple(path, fc.uint8Array({ maxLength: 5000 }));
  let written = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30, size: 'max' }), (entries) => {
      const tree = new Map<string, Uint8Array>();
      for (const [path, data] of entries) {
        if (findVfatProblems(new Map([...tree, [path, data]]), options).length === 0) tree.set(path, data);
      }
      written += tree.size;
      assertReadsBack(tree);
    }),
    { numRuns: 100, seed: 1 },
  );
  assert.ok(written > 200, `only ${written} files were tried`);
});
