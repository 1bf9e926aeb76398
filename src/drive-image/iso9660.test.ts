// Reads ISO 9660 images back, through Rock Ridge and through Joliet, with a reader that shares no code with the writer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildIso9660, findIso9660Problems } from './iso9660.ts';
import { readIso9660 } from './testing/iso9660-reader.ts';
import { listExpectedNodes, listTreeShapes } from './testing/tree-shapes.ts';
import type { DriveTree } from './tree.ts';

const options = { label: 'config-2', publisher: 'guest-init test', time: new Date('2026-03-04T05:06:07.890Z') };

function assertReadsBack(tree: DriveTree): void {
  const image = buildIso9660(tree, options);
  const expected = listExpectedNodes(tree);
  for (const view of ['rock-ridge', 'joliet'] as const) {
    const volume = readIso9660(image, view);
    assert.equal(volume.label, 'config-2');
    assert.equal(volume.publisher, 'guest-init test');
    assert.deepEqual([...volume.nodes.keys()].sort(), ['', ...expected.keys()].sort());
    for (const [path, { data, mode, links }] of volume.nodes) {
      const content = expected.get(path);
      assert.ok(content === undefined ? data === undefined : data?.equals(content), `${view} ${path}`);
      if (view === 'joliet') continue;
      assert.equal(mode, content === undefined ? 0o040555 : 0o100444);
      const prefix = path === '' ? '' : `${path}/`;
      const isSubfolder = ([other, bytes]: [string, Uint8Array | undefined]): boolean =>
        bytes === undefined && other.startsWith(prefix) && !other.slice(prefix.length).includes('/');
      assert.equal(links, content === undefined ? 2 + [...expected].filter(isSubfolder).length : 1, path);
    }
  }
}

for (const { title, tree, formats } of listTreeShapes()) {
  if (formats.includes('iso9660')) {
    test(`reads back: ${title}`, () => {
      assert.deepEqual(findIso9660Problems(tree, options), []);
      assertReadsBack(tree);
    });
  } else {
    test(`refuses: ${title}`, () => {
      assert.notDeepEqual(findIso9660Problems(tree, options), []);
      assert.throws(() => buildIso9660(tree, options), /cannot write an ISO 9660 image: /);
    });
  }
}

test('gives the same bytes whatever the order of the map', () => {
  const shape = listTreeShapes().find(({ title }) => title === 'config drive, everything');
  assert.ok(shape !== undefined);
  const image = buildIso9660(shape.tree, options);
  assert.ok(Buffer.from(image).equals(buildIso9660(new Map([...shape.tree].reverse()), options)));
  const later = buildIso9660(shape.tree, { ...options, time: new Date('2026-03-04T05:06:08Z') });
  assert.equal(later.length, image.length);
  assert.ok(!Buffer.from(image).equals(later));
});

test('stores the label as spelled, and cuts it to 16 characters in Joliet only', () => {
  const long = 'Config-2 of twenty-eight chr';
  const image = buildIso9660(new Map(), { ...options, label: long });
  assert.equal(readIso9660(image, 'rock-ridge').label, long);
  assert.equal(readIso9660(image, 'joliet').label, long.slice(0, 16));
  assert.equal(Buffer.from(image).toString('latin1', 16 * 2048 + 40, 16 * 2048 + 72), long.padEnd(32));
});

for (const [title, wrong] of Object.entries({
  'empty label': { label: '' },
  'label of 33 characters': { label: 'x'.repeat(33) },
  'label that is not ASCII': { label: 'größe' },
  'label with a space at the end': { label: 'config-2 ' },
  'publisher of 129 characters': { publisher: 'x'.repeat(129) },
  'invalid time': { time: new Date(Number.NaN) },
  'time before 1970': { time: new Date('1969-12-31T23:59:59Z') },
})) {
  test(`refuses an option: ${title}`, () => {
    assert.equal(findIso9660Problems(new Map(), { ...options, ...wrong }).length, 1);
  });
}

test('reads back any tree that has no problems', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'B', '1', '.', '-', '_', ' ', 'é', '語', '😀'),
    minLength: 1,
    maxLength: 70,
  });
  const path = fc.array(name, { minLength: 1, maxLength: 8 }).map((names) => names.join('/'));
  const entry = fc.tuple(path, fc.uint8Array({ maxLength: 5000 }));
  let written = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30, size: 'max' }), (entries) => {
      const tree = new Map<string, Uint8Array>();
      for (const [path, data] of entries) {
        if (findIso9660Problems(new Map([...tree, [path, data]]), options).length === 0) tree.set(path, data);
      }
      written += tree.size;
      assertReadsBack(tree);
    }),
    { numRuns: 100, seed: 1 },
  );
  assert.ok(written > 200, `only ${written} files were tried`);
});
