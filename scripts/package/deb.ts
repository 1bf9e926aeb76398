// Makes the Debian package from an installed tree, with dpkg-deb and nothing else: no debhelper, the same bytes each time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderControl } from './control.ts';
import { installedFiles } from './installed-files.ts';
import { setTimes } from './payload.ts';

const overrides = 'usr/share/lintian/overrides/guest-init';

export interface DebOptions {
  /** Repository root. */
  root: string;
  /** The payload's tree: what is only for the fallback is left out. */
  tree: string;
  /** An empty folder to work in, on the file system of `tree`. */
  work: string;
  /** File to write. */
  output: string;
  version: string;
  /** Debian's name, such as amd64. */
  architecture: string;
  libraries: readonly string[];
  /** Seconds since 1970. */
  epoch: number;
  /** As dpkg-deb's -Z takes it. */
  compression: 'xz' | 'none';
}

const maintainerScripts = ['postinst', 'postrm'];

/** Writes the package. Throws with dpkg-deb's words. */
export function writeDeb(options: DebOptions): void {
  const { root, tree, work, epoch } = options;
  const packaged = installedFiles.filter(({ only }) => only !== 'fallback');
  for (const { path } of packaged) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    linkSync(join(tree, path), join(work, path));
  }
  place({ from: join(root, 'packaging/deb/lintian-overrides'), to: join(work, overrides), mode: 0o644 });
  const files = [...packaged.map(({ path }) => path.slice(1)), overrides].sort();
  const installedKib = files.reduce((sum, file) => sum + Math.ceil(statSync(join(work, file)).size / 1024), 0);
  const control = join(work, 'DEBIAN');
  for (const name of maintainerScripts) {
    place({ from: join(root, 'packaging/deb', name), to: join(control, name), mode: 0o755 });
  }
  const conffiles = packaged.filter(({ conffile }) => conffile).map(({ path }) => path);
  for (const [name, lines] of [
    ['control', renderControl({ ...options, installedKib })],
    ['conffiles', conffiles.map((path) => `${path}\n`).join('')],
    ['md5sums', files.map((file) => `${md5(join(work, file))}  ${file}\n`).join('')],
  ] as const) {
    writeFileSync(join(control, name), lines, { mode: 0o644 });
  }
  setTimes(work, epoch);
  runDpkgDeb(options);
}

function place({ from, to, mode }: { from: string; to: string; mode: number }): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex');
}

function runDpkgDeb({ work, output, epoch, compression }: DebOptions): void {
  const result = spawnSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', work, output], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: String(epoch) },
  });
  if (result.error) throw new Error(`cannot run dpkg-deb: ${result.error.message} (Debian package: dpkg)`);
  if (result.status !== 0) throw new Error(`dpkg-deb exited ${result.status}: ${result.stderr.trim()}`);
}
