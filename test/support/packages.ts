// The packages under test: made by scripts/package.ts from the build that all tests use, when they are older than what goes into them.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from './command.ts';
import { findBuilt } from './product.ts';

const repository = dirname(dirname(import.meta.dirname));

export interface Packages {
  /** Absolute paths. */
  deb: string;
  tarball: string;
  /** Folder of the payload that packaging/install finds in this checkout. */
  payload: string;
  version: string;
}

/** Makes them if needed (about half a minute). Throws with the words of scripts/package.ts. */
export function requirePackages(): Packages {
  const dist = dirname(findBuilt('guest-init'));
  if (!isCurrent(dist)) {
    runTool([process.execPath, join(repository, 'scripts/package.ts'), '--no-build', '--out', dist]);
  }
  const [deb, tarball] = readSums(dist).map((name) => join(dist, name));
  const { version } = JSON.parse(readFileSync(join(dist, 'build.json'), 'utf8')) as { version: string };
  if (deb === undefined || tarball === undefined) throw new Error(`${dist}/SHA256SUMS: expected two files`);
  return { deb, tarball, payload: join(dist, 'payload'), version };
}

function readSums(dist: string): string[] {
  const lines = readFileSync(join(dist, 'SHA256SUMS'), 'utf8').trim().split('\n');
  return lines.map((line) => line.replace(/^\S+ {2}/, ''));
}

function isCurrent(dist: string): boolean {
  const made = join(dist, 'SHA256SUMS');
  if (!existsSync(made) || !existsSync(join(dist, 'payload'))) return false;
  const sources = globSync(
    ['packaging/**', 'scripts/package.ts', 'scripts/package/*.ts', 'docs/**/*.{md,sh}', 'changes/*.md'],
    {
      cwd: repository,
    },
  );
  const inputs = [...sources.map((file) => join(repository, file)), join(dist, 'build.json')];
  const time = statSync(made).mtimeMs;
  return inputs.every((file) => statSync(file).mtimeMs <= time);
}
