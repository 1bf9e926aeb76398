// Root and product as disk images, for runs that must start from a cold page cache: unmounting a disk drops its pages, and only its.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runTool } from './command.ts';
import { sandboxPrefix } from './leftovers.ts';
import { cacheFolder } from './roots.ts';

type Binds = readonly (readonly [string, string])[];

/** Paths of two ext4 images, the topmost layer first: what `binds` would show, and the root folder. Made once and kept in the cache. */
export function prepareLayerImages(options: { root: string; binds: Binds }): string[] {
  return [prepareBinds(options.binds), prepareRootImage(options.root)];
}

function prepareRootImage(root: string): string {
  const image = join(cacheFolder, `image-${basename(root)}`);
  if (!existsSync(image)) makeImage({ folder: root, image, mib: 600 });
  return image;
}

function prepareBinds(binds: Binds): string {
  const states = binds.map(([outside, inside]) => {
    const { size, mtimeMs } = statSync(outside);
    return [outside, inside, size, mtimeMs];
  });
  const digest = createHash('sha256').update(JSON.stringify(states)).digest('hex').slice(0, 12);
  const image = join(cacheFolder, `image-binds-${digest}`);
  if (existsSync(image)) return image;
  for (const name of readdirSync(cacheFolder)) if (name.startsWith('image-binds-')) rmSync(join(cacheFolder, name));
  const folder = mkdtempSync(join(tmpdir(), `${sandboxPrefix}${process.pid}-`));
  try {
    let bytes = 0;
    for (const [outside, inside] of binds) {
      mkdirSync(dirname(join(folder, inside)), { recursive: true, mode: 0o755 });
      copyFileSync(outside, join(folder, inside));
      bytes += statSync(outside).size;
    }
    makeImage({ folder, image, mib: Math.ceil((bytes * 1.1) / 1024 ** 2) + 16 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return image;
}

function makeImage(options: { folder: string; image: string; mib: number }): void {
  const { folder, image, mib } = options;
  const draft = `${image}.${process.pid}`;
  runTool(['mke2fs', '-q', '-F', '-t', 'ext4', '-O', '^has_journal', '-d', folder, draft, `${mib}m`]);
  renameSync(draft, image);
}
