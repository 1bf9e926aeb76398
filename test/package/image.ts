// Image roots for packaging/install: the few files that it looks at, and payloads whose program is small.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tryTool } from '../support/command.ts';
import type { Packages } from '../support/packages.ts';
import { compareDigests, digestFolder, type TreeDigest } from '../support/tree-digest.ts';

const script = join(dirname(dirname(import.meta.dirname)), 'packaging/install');

export const loader = '/lib64/ld-linux-x86-64.so.2';
export const libc = '/lib/x86_64-linux-gnu/libc.so.6';
const libraries = ['libc.so.6', 'libdl.so.2', 'libgcc_s.so.1', 'libm.so.6', 'libpthread.so.0', 'libstdc++.so.6'];

export interface Image {
  /** The image's root folder. */
  root: string;
  /** A folder beside it: what must never be touched. */
  outside: string;
  /** Writes a file of the image. */
  write(path: string, content: string): void;
  read(path: string): string;
  has(path: string): boolean;
  /** Replaces whatever is at a path of the image by a link. */
  link(path: string, target: string): void;
  /** Runs packaging/install on the image. */
  install(...args: string[]): { status: number | null; said: string };
  /** As install; throws unless it exits with 0. */
  mustInstall(...args: string[]): string;
  /** What has changed in the image and beside it since it was made or since the last `remember`. */
  changes(): string[];
  remember(): void;
}

/** Makes a folder with an image that looks like Debian `source` (an unpacked root), and `install` with `payload` beside it. */
export function withImage(options: { source: string; payload: string }, body: (image: Image) => void): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'guest-init-image-')));
  try {
    const root = join(folder, 'root');
    const outside = join(folder, 'outside');
    for (const path of ['etc', 'usr/bin', 'usr/lib/x86_64-linux-gnu', 'usr/lib/systemd', 'usr/lib64', 'var/lib']) {
      mkdirSync(join(root, path), { recursive: true });
    }
    mkdirSync(join(outside, 'systemd'), { recursive: true });
    writeFileSync(join(outside, 'victim'), 'outside\n');
    for (const name of ['lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
    cpSync(realpathSync(join(options.source, loader)), join(root, loader));
    for (const name of libraries) {
      const found = findLibrary(options.source, name);
      cpSync(realpathSync(found), join(root, 'usr/lib/x86_64-linux-gnu', name));
    }
    writeFileSync(join(root, 'usr/lib/systemd/systemd'), '');
    symlinkSync(script, join(folder, 'install'));
    symlinkSync(options.payload, join(folder, 'payload'));
    body(makeImage({ folder, root, outside }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findLibrary(source: string, name: string): string {
  const places = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((place) => join(source, place, name));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${source} has no ${name}`);
  return found;
}

function makeImage({ folder, root, outside }: { folder: string; root: string; outside: string }): Image {
  const digest = (): TreeDigest => digestFolder(folder, [/^(install|payload)(\/|$)/]);
  let before: TreeDigest | undefined;
  const image: Image = {
    root,
    outside,
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    has: (path) => existsSync(join(root, path)),
    link(path, target) {
      rmSync(join(root, path), { recursive: true, force: true });
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(target, join(root, path));
    },
    install(...args) {
      before ??= digest();
      const { status, stdout, stderr } = tryTool(['sh', join(folder, 'install'), '--root', root, ...args]);
      return { status, said: stdout + stderr };
    },
    mustInstall(...args) {
      const { status, said } = image.install(...args);
      if (status !== 0) throw new Error(`install ${args.join(' ')} exited ${status}: ${said}`);
      return said;
    },
    changes: () => compareDigests(before ?? digest(), digest()),
    remember() {
      before = digest();
    },
  };
  return image;
}

/** A payload as npm run package makes it, with a script in place of the program; `change` may alter its installed tree. */
export function makeSmallPayload(options: {
  packages: Packages;
  folder: string;
  version: string;
  change?: (tree: string) => void;
}): string {
  const { packages, folder, version, change } = options;
  const program = join(packages.payload, 'root/usr/bin/guest-init');
  cpSync(packages.payload, folder, { recursive: true, preserveTimestamps: true, filter: (path) => path !== program });
  const tree = join(folder, 'root');
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  writeFileSync(join(tree, 'usr/bin/guest-init'), `#!/bin/sh\necho guest-init ${version}\n`);
  chmodSync(join(tree, 'usr/bin/guest-init'), 0o755);
  change?.(tree);
  const lines = readFileSync(join(folder, 'manifest'), 'utf8').trim().split('\n');
  const kept = lines.filter((line) => !/^(conf)?file /.test(line) || existsSync(join(tree, line.split(' ')[4] ?? '')));
  const manifest = kept.map((line) => {
    const [kind, mode, , only, path = ''] = line.split(' ');
    if (kind !== 'file' && kind !== 'conffile') return line;
    return [kind, mode, sha256(join(tree, path)), only, path].join(' ');
  });
  writeFileSync(
    join(folder, 'manifest'),
    `${manifest.join('\n')}\n`.replace(/^guest-init .*$/m, `guest-init ${version}`),
  );
  return folder;
}

/** Path, relative to the image's folder, of what lines of `changes` are about. */
export function pathsOf(changes: readonly string[]): string[] {
  return changes.map((line) => line.split(' ')[1] ?? '');
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
