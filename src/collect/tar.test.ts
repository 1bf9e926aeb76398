// The archive is what tar(1) reads.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { packTar } from './tar.ts';

const run = (options: string[], archive: Buffer): string => {
  const { status, stdout, stderr } = spawnSync('tar', options, {
    input: archive,
    encoding: 'latin1',
    env: { TZ: 'UTC' },
  });
  assert.equal(status, 0, stderr);
  return stdout;
};

test('names, modes, owners, times, sizes and bytes come out as they went in', () => {
  const bytes = Uint8Array.from({ length: 1025 }, (_, index) => index % 256);
  const files = [0, 1, 511, 512, 513, 1025].map((size) => ({
    name: `logs/of-${size}`,
    content: bytes.subarray(0, size),
  }));
  const archive = packTar(files, 1_795_230_459.7);
  assert.equal(archive.length % 512, 0);
  const listing = run(['-tvf', '-'], archive).trim().split('\n');
  assert.deepEqual(
    listing.map((line) => line.replace(/ +/g, ' ')),
    files.map(
      ({ name, content }) =>
        `-rw------- root/root ${content.length} 2026-11-21 ${new Date(1_795_230_459_000).toISOString().slice(11, 16)} ${name}`,
    ),
  );
  for (const { name, content } of files)
    assert.equal(run(['-xOf', '-', name], archive), Buffer.from(content).toString('latin1'));
});

test('a name that could leave the folder, or does not fit, is refused', () => {
  for (const name of ['', 'a'.repeat(100), 'a b', 'é', 'a\n'])
    assert.throws(() => packTar([{ name, content: new Uint8Array() }], 0), RangeError);
});
