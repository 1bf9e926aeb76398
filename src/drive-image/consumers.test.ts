// Gives the images to programs that others wrote: isoinfo, blkid, fsck.vfat, mtools. What is not installed is skipped
// by name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildIso9660 } from './iso9660.ts';
import { type ImageFormat, listExpectedNodes, listTreeShapes, type TreeShape } from './testing/tree-shapes.ts';
import type { DriveTree } from './tree.ts';
import { buildVfat } from './vfat.ts';

const time = new Date('2026-03-04T05:06:08Z');
const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
const shapes = listTreeShapes();
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'drive-image-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[]): Buffer {
  const env = { PATH: searchPath, LC_ALL: 'C.UTF-8', TZ: 'UTC', MTOOLSRC: '/dev/null' };
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, maxBuffer: 2 ** 26 });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stdout.toString()}${stderr.toString()}`);
  return stdout;
}

function explainMissing(command: string): string | false {
  const isThere = searchPath.split(':').some((directory) => directory !== '' && existsSync(join(directory, command)));
  return isThere ? false : `${command} is not installed`;
}

function writeImage(format: ImageFormat, tree: DriveTree, label = 'config-2'): string {
  const path = join(folder, `image.${format}`);
  const build = format === 'iso9660' ? buildIso9660 : buildVfat;
  writeFileSync(path, build(tree, { label, time }));
  return path;
}

function listShapes(format: ImageFormat): TreeShape[] {
  return shapes.filter(({ formats }) => formats.includes(format));
}

function listIsoinfo(image: string, view: '-R' | '-J'): string[] {
  const lines = run('isoinfo', [view, '-f', '-i', image]).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => line.slice(1));
}

for (const { title, tree } of listShapes('iso9660')) {
  test(`isoinfo finds: ${title}`, { skip: explainMissing('isoinfo') }, () => {
    const image = writeImage('iso9660', tree);
    const expected = [...listExpectedNodes(tree).keys()].sort();
    assert.deepEqual(listIsoinfo(image, '-R').sort(), expected);
    // isoinfo shows every Joliet character outside ASCII as '_' or as a Latin-1 byte: those names are left to our own
    // reader.
    const isAscii = expected.every((path) => /^[\x20-\x7e]*$/.test(path));
    if (isAscii) assert.deepEqual(listIsoinfo(image, '-J').sort(), expected);
    for (const [path, data] of sample(tree)) {
      assert.ok(run('isoinfo', ['-R', '-x', `/${path}`, '-i', image]).equals(data), `Rock Ridge ${path}`);
      if (isAscii) assert.ok(run('isoinfo', ['-J', '-x', `/${path}`, '-i', image]).equals(data), `Joliet ${path}`);
    }
  });
}

test('isoinfo shows modes, owner, sizes and descriptors', { skip: explainMissing('isoinfo') }, () => {
  const image = writeImage('iso9660', new Map([['folder/file', Uint8Array.of(1, 2, 3)]]));
  const listing = run('isoinfo', ['-R', '-l', '-i', image]).toString();
  assert.match(listing, /^dr-xr-xr-x +2 +0 +0 +2048 Mar +4 2026 .* folder *$/m);
  assert.match(listing, /^-r--r--r-- +1 +0 +0 +3 Mar +4 2026 .* file *$/m);
  const descriptors = run('isoinfo', ['-d', '-i', image]).toString();
  assert.match(descriptors, /^Volume id: config-2$/m);
  assert.match(descriptors, /^Joliet with UCS level 3 found$/m);
  assert.match(descriptors, /^Rock Ridge signatures version 1 found$/m);
});

for (const { title, tree } of listShapes('vfat')) {
  test(`fsck.vfat finds nothing wrong: ${title}`, { skip: explainMissing('fsck.vfat') }, () => {
    const report = run('fsck.vfat', ['-n', writeImage('vfat', tree)]).toString();
    const lines = report.trim().split('\n');
    assert.equal(lines.length, 2, report);
    assert.match(lines[1] ?? '', /image\.vfat: \d+ files, \d+\/\d+ clusters$/);
  });

  const hasSurrogates = [...tree.keys()].some((path) => /[\ud800-\udfff]/.test(path));
  const skip = explainMissing('mcopy') || (hasSurrogates && 'mtools turns characters beyond U+FFFF into __');
  test(`mcopy brings back: ${title}`, { skip }, () => {
    const image = writeImage('vfat', tree);
    const target = mkdtempSync(join(folder, 'copy-'));
    if (tree.size > 0) run('mcopy', ['-s', '-i', image, '::*', target]);
    const found = readdirSync(target, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(found.sort(), [...listExpectedNodes(tree).keys()].sort());
    for (const [path, data] of tree) assert.ok(readFileSync(join(target, path)).equals(data), path);
    rmSync(target, { recursive: true });
  });
}

test('mdir and mtype show label, date and content', { skip: explainMissing('mdir') }, () => {
  const image = writeImage('vfat', new Map([['openstack/latest/meta_data.json', new TextEncoder().encode('{}')]]));
  const listing = run('mdir', ['-i', image, '::/openstack/latest']).toString();
  assert.match(listing, /Volume in drive : is config-2 *$/m);
  assert.match(listing, /^META_D~1 JSO +2 2026-03-04 +5:06 +meta_data\.json$/m);
  assert.equal(run('mtype', ['-i', image, '::/openstack/latest/meta_data.json']).toString(), '{}');
});

for (const format of ['iso9660', 'vfat'] as const) {
  for (const label of ['config-2', 'CONFIG-2', 'config', 'cidata']) {
    test(`blkid -p finds label ${label} on ${format}`, { skip: explainMissing('blkid') }, () => {
      for (const { title, tree } of listShapes(format).slice(0, 5)) {
        const image = writeImage(format, tree, label);
        const facts = run('blkid', ['-p', '-o', 'export', image]).toString().split('\n');
        assert.ok(facts.includes(`LABEL=${label}`), `${title}: ${facts.join(' ')}`);
        assert.ok(facts.includes(`TYPE=${format}`), title);
        assert.ok(facts.includes('USAGE=filesystem') || format === 'vfat', title);
        assert.ok(!facts.some((fact) => fact.startsWith('PTTYPE=')), 'no partition table is seen');
      }
    });
  }
}

/** A few files of a tree: the first, the last, the largest, an empty one. */
function sample(tree: DriveTree): [string, Uint8Array][] {
  const files = [...tree];
  const bySize = [...files].sort(([, a], [, b]) => a.length - b.length);
  return [...new Set([files[0], files.at(-1), bySize[0], bySize.at(-1)])].filter((file) => file !== undefined);
}
