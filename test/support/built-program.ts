// Gives a test the built program: builds it when dist is absent or older than a source it is made from.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildInfo } from '../../scripts/build/build-info.ts';

export interface BuiltProgram {
  /** dist/guest-init, absolute. */
  executable: string;
  /** dist/guest-init.cjs, absolute. */
  bundle: string;
  /** dist/meta.json, esbuild's description of the bundle; absolute. */
  metafile: string;
  info: BuildInfo;
}

export const repositoryRoot = dirname(dirname(import.meta.dirname));

/** Builds if needed. Throws with the build's own words when it fails. */
export function requireBuiltProgram(): BuiltProgram {
  if (!isCurrent()) {
    const build = join(repositoryRoot, 'scripts', 'build.ts');
    const result = spawnSync(process.execPath, [build], { cwd: repositoryRoot, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`the build failed:\n${result.stdout}${result.stderr}`);
  }
  const dist = join(repositoryRoot, 'dist');
  return {
    executable: join(dist, 'guest-init'),
    bundle: join(dist, 'guest-init.cjs'),
    metafile: join(dist, 'meta.json'),
    info: JSON.parse(readFileSync(join(dist, 'build.json'), 'utf8')) as BuildInfo,
  };
}

function isCurrent(): boolean {
  const description = join(repositoryRoot, 'dist', 'build.json');
  if (!existsSync(description) || !existsSync(join(repositoryRoot, 'dist', 'guest-init'))) return false;
  const { codeCacheBytes } = JSON.parse(readFileSync(description, 'utf8')) as BuildInfo;
  if (codeCacheBytes === 0) return false;
  const built = statSync(description).mtimeMs;
  const sources = globSync(['src/**/*.ts', 'scripts/build/*.ts', 'package.json', 'package-lock.json'], {
    cwd: repositoryRoot,
  });
  return sources.filter((file) => !file.endsWith('.test.ts')).every((file) => isOlder(file, built));
}

function isOlder(file: string, time: number): boolean {
  return statSync(join(repositoryRoot, file)).mtimeMs <= time;
}

/** dist/guest-init_VERSION_amd64.deb, absolute; made when absent or older than what it holds. Throws with the packager's own words. */
export function requireBuiltPackage(): string {
  const { info } = requireBuiltProgram();
  const file = join(repositoryRoot, 'dist', `guest-init_${info.version}_amd64.deb`);
  const made = existsSync(file) ? statSync(file).mtimeMs : 0;
  const ingredients = ['dist/build.json', ...globSync('packaging/**/*', { cwd: repositoryRoot })];
  if (!ingredients.every((path) => isOlder(path, made))) {
    const script = join(repositoryRoot, 'scripts', 'package.ts');
    const result = spawnSync(process.execPath, [script], { cwd: repositoryRoot, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`the package could not be made:\n${result.stdout}${result.stderr}`);
  }
  return file;
}
