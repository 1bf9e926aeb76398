// The payload: every installed file at its place below one folder, and a manifest that packaging/install reads.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listBundledPackages } from '../build/bundled-packages.ts';
import type { Target } from '../build/target.ts';
import { renderChangelog } from './changelog.ts';
import { renderCopyright } from './copyright.ts';
import { type InstalledFile, installedFiles } from './installed-files.ts';
import type { Requirements } from './requirements.ts';

export interface PayloadOptions {
  /** Repository root. */
  root: string;
  /** Folder of the build: guest-init and meta.json. */
  dist: string;
  /** Folder to make; must not exist. Gets `root/` and `manifest`. */
  folder: string;
  version: string;
  /** Seconds since 1970: the time of every file. */
  epoch: number;
  requirements: Requirements;
  target: Target;
}

/** Writes the payload and returns the folder that holds the installed tree. */
export function writePayload(options: PayloadOptions): string {
  const tree = join(options.folder, 'root');
  mkdirSync(tree, { recursive: true });
  const lines = [`guest-init ${options.version}`, `loader ${options.requirements.loader}`];
  for (const { library, version } of options.requirements.versions) lines.push(`needs ${library} ${version}`);
  for (const file of installedFiles) {
    const target = join(tree, file.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readContent(file, options));
    chmodSync(target, file.mode);
    lines.push(...describe(file, target));
  }
  const manifest = join(options.folder, 'manifest');
  writeFileSync(manifest, `${lines.join('\n')}\n`);
  chmodSync(manifest, 0o644);
  setTimes(options.folder, options.epoch);
  return tree;
}

/** Gives folders one mode and everything one time: what depends on who builds, and when, is not in a package. */
export function setTimes(path: string, epoch: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) setTimes(child, epoch);
    else utimesSync(child, epoch, epoch);
  }
  chmodSync(path, 0o755);
  utimesSync(path, epoch, epoch);
}

function readContent({ source }: InstalledFile, options: PayloadOptions): Uint8Array | string {
  switch (source.kind) {
    case 'file': {
      const content = readFileSync(join(options.root, source.path));
      return source.gzip ? compress(content) : content;
    }
    case 'build':
      return readFileSync(join(options.dist, source.name));
    case 'output':
      return runProgram([...options.target.emulator, join(options.dist, 'guest-init'), ...source.arguments]);
    case 'copyright': {
      const packages = listBundledPackages({ root: options.root, metafile: join(options.dist, 'meta.json') });
      return renderCopyright({ nodeFolder: options.target.nodeFolder, packages });
    }
    case 'changelog':
      return compress(Buffer.from(renderChangelog(options)));
  }
}

/** Without name and time, as `gzip -9n`. */
function compress(content: Uint8Array): Uint8Array {
  return gzipSync(content, { level: 9 });
}

function runProgram([command = '', ...args]: readonly string[]): string {
  const { status, stdout, error } = spawnSync(command, args, { encoding: 'utf8', env: {}, timeout: 30_000 });
  if (error) throw new Error(`${command}: ${error.message}`);
  if (status !== 0 || stdout === '')
    throw new Error(`${command} ${args.join(' ')} exited ${status} and printed nothing`);
  return stdout;
}

/** `file MODE SHA256 ONLY PATH`, or `conffile …`; for a unit also `link - UNIT ONLY PATH`, as its [Install] section asks. */
function describe({ path, mode, conffile, only: when }: InstalledFile, target: string): string[] {
  const only = when ?? 'always';
  const content = readFileSync(target);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const kind = conffile ? 'conffile' : 'file';
  const lines = [`${kind} ${mode.toString(8).padStart(4, '0')} ${sha256} ${only} ${path}`];
  if (path.endsWith('.service')) {
    for (const [, wants = ''] of content.toString().matchAll(/^WantedBy=(.*)$/gm)) {
      for (const wanting of wants.split(/\s+/).filter((word) => word !== '')) {
        lines.push(`link - ${basename(path)} ${only} /etc/systemd/system/${wanting}.wants/${basename(path)}`);
      }
    }
  }
  return lines;
}
