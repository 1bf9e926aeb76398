// npm run build: dist/guest-init.cjs (one CommonJS file for Node >= 22), its metafile,
// dist/guest-init (the single executable that packages install) and dist/build.json, which describes both. Fails on any warning, and runs what it has built.
// Options: --cjs-only (the bundle alone), --out DIR (relative to the repository root), --arch arm64 (on another processor, by way of
// qemu).
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BuildInfo, BuiltProgram } from './build/build-info.ts';
import { type Bundle, buildBundle } from './build/bundle.ts';
import { buildExecutable, type Executable } from './build/executable.ts';
import { writeSupplyDocuments } from './build/supply-documents.ts';
import { findTarget, nodeOf, type Target } from './build/target.ts';
import { readCodeCacheRejection, verifyVersion } from './build/verify.ts';

const root = dirname(import.meta.dirname);

/** Fewer bytes are the blob's framing and no cache: V8 writes some 100 KiB for this bundle. */
const leastCodeCacheBytes = 4096;

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    'cjs-only': { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
  },
});

try {
  const target = findTarget(root, values.arch);
  await buildAll({ outDir: resolve(root, values.out), cjsOnly: values['cjs-only'], target });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Builds in a folder of its own and renames at the end: a running dist/guest-init cannot be overwritten in place. */
async function buildAll({
  outDir,
  cjsOnly,
  target,
}: {
  outDir: string;
  cjsOnly: boolean;
  target: Target;
}): Promise<void> {
  const started = performance.now();
  mkdirSync(outDir, { recursive: true });
  const folder = mkdtempSync(join(outDir, '.build-'));
  try {
    const bundle = await buildBundle({ root, outDir: folder, nodeVersion: process.version });
    verifyVersion({ command: [nodeOf(findTarget(root)), bundle.file], version: bundle.version });
    const documents = writeSupplyDocuments({ root, bundle, target, folder });
    const made = [bundle.file, join(folder, 'meta.json'), ...Object.values(documents)];
    const executable = cjsOnly ? undefined : buildVerified(bundle, target, documents);
    if (executable !== undefined) made.push(executable.file);
    const programs = [bundle.file, ...(executable === undefined ? [] : [executable.file])].map(describeFile);
    const info: BuildInfo = {
      version: bundle.version,
      buildId: bundle.buildId,
      node: process.version,
      codeCacheBytes: executable?.codeCacheBytes ?? 0,
      programs,
    };
    const infoFile = join(folder, 'build.json');
    writeFileSync(infoFile, `${JSON.stringify(info, null, 2)}\n`);
    // The description last: who finds it finds the files that it describes.
    for (const file of [...made, infoFile]) renameSync(file, join(outDir, basename(file)));
    for (const { name, bytes, sha256 } of programs) console.log(`${sha256}  ${name}  ${Math.round(bytes / 1024)} KiB`);
    console.log(`built ${bundle.version}+${bundle.buildId} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildVerified(bundle: Bundle, target: Target, assets: Readonly<Record<string, string>>): Executable {
  const executable = buildExecutable({
    root,
    folder: dirname(bundle.file),
    parts: bundle.parts,
    outName: 'guest-init',
    target,
    assets,
  });
  const [command = '', ...args] = [...target.emulator, executable.file];
  verifyVersion({ command: [command, ...args], version: bundle.version });
  const rejection = readCodeCacheRejection(executable.file, target.emulator);
  if (rejection !== '') throw new Error(`the executable rejects its own code cache:\n${rejection}`);
  if (executable.codeCacheBytes < leastCodeCacheBytes) throw new Error('no code cache was embedded');
  return executable;
}

function describeFile(file: string): BuiltProgram {
  const content = readFileSync(file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name: basename(file), bytes: content.length, sha256 };
}
