// The built product as tests use it: dist/guest-init, shown read-only at its installed place in every guest.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const repository = dirname(dirname(import.meta.dirname));

/** Folder of the build under test; GUEST_INIT_TEST_DIST names another than dist/. */
const distFolder = process.env.GUEST_INIT_TEST_DIST ?? join(repository, 'dist');

/** Where packages install it. */
const installedPath = '/usr/bin/guest-init';

/** The single executable as a bind for a sandbox. Throws when it has not been built. */
export function bindProduct(): readonly [string, string] {
  return [findBuilt('guest-init'), installedPath];
}

/** Absolute path of one file of the build. */
export function findBuilt(name: 'guest-init' | 'guest-init.cjs'): string {
  const path = join(distFolder, name);
  if (!existsSync(path)) throw new Error(`${path} does not exist: npm run build`);
  return path;
}

/** The Node that the product embeds, as the pinned package brings it. */
export function findPinnedNode(): string {
  return join(repository, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
}
