// Two builds in two folders give the same bytes: anyone can check that a published program comes from these sources.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Metafile } from 'esbuild';
import { buildBundle } from '../../scripts/build/bundle.ts';
import { buildExecutable } from '../../scripts/build/executable.ts';
import { writeSupplyDocuments } from '../../scripts/build/supply-documents.ts';
import { findTarget } from '../../scripts/build/target.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';

/** What the build needs of node_modules, as links: none of it may leave a trace in the output. */
const tools = [`node-linux-${process.arch}`, 'postject', '.cache'];

/** Copies sources and every bundled package to a folder of another name and depth. */
function copyInputs(root: string, metafile: string): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (const name of ['LICENSE', 'package-lock.json', 'package.json', 'tsconfig.json', 'src']) {
    cpSync(join(repositoryRoot, name), join(root, name), { recursive: true });
  }
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  const packages = Object.keys(inputs).map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  for (const folder of new Set(packages.filter((found) => found !== undefined))) {
    cpSync(join(repositoryRoot, folder), join(root, folder), { recursive: true });
  }
  for (const name of tools) symlinkSync(join(repositoryRoot, 'node_modules', name), join(root, 'node_modules', name));
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

test('the bundle and the executable are the same bytes when built in another folder', async () => {
  const { executable, bundle, metafile } = requireBuiltProgram();
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-rebuild-'));
  try {
    const root = join(folder, 'a', 'somewhat', 'deeper');
    copyInputs(root, metafile);
    const second = await buildBundle({ root, outDir: join(root, 'out'), nodeVersion: process.version });
    assert.notEqual(dirname(second.file), dirname(bundle));
    assert.equal(digest(second.file), digest(bundle), 'guest-init.cjs');
    const assets = writeSupplyDocuments({ root, bundle: second, target: findTarget(root), folder: join(root, 'out') });
    for (const copy of Object.values(assets)) {
      assert.equal(digest(copy), digest(join(dirname(bundle), basename(copy))), basename(copy));
    }
    const { file } = buildExecutable({
      root,
      folder: join(root, 'out'),
      parts: second.parts,
      outName: 'guest-init',
      assets,
    });
    assert.equal(digest(file), digest(executable), 'guest-init');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
