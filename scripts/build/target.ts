// The processor that an executable is made for: this machine's own, or arm64 by way of an emulator.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface Target {
  /** Node's name, such as x64. */
  arch: string;
  /** Folder of the npm package with the pinned Node for it. */
  nodeFolder: string;
  /** What runs its programs here: a command and its leading arguments, or nothing. */
  emulator: readonly string[];
  /** The tool that strips its programs. */
  strip: string;
}

/** Debian's cross packages: qemu-user, libstdc++6-arm64-cross and binutils-aarch64-linux-gnu. */
const crossTriplets: Record<string, string> = { arm64: 'aarch64-linux-gnu' };

/** Throws when the target's Node or a tool for it is not there and cannot be had. */
export function findTarget(root: string, arch: string = process.arch): Target {
  const installed = join(root, 'node_modules', `node-linux-${arch}`);
  if (arch === process.arch) {
    if (!existsSync(installed))
      throw new Error(`${installed} is missing: no pinned Node for ${process.platform}-${arch}`);
    return { arch, nodeFolder: installed, emulator: [], strip: 'strip' };
  }
  const triplet = crossTriplets[arch];
  if (triplet === undefined) throw new Error(`--arch: expected ${process.arch} or arm64, found ${arch}`);
  const libraries = `/usr/${triplet}`;
  if (!existsSync(join(libraries, 'lib/libstdc++.so.6'))) {
    throw new Error(`${libraries} has no libstdc++.so.6 (Debian package: libstdc++6-${arch}-cross)`);
  }
  return {
    arch,
    nodeFolder: existsSync(installed) ? installed : fetchNode(root, arch),
    emulator: [findCommand('qemu-aarch64', 'qemu-user'), '-L', libraries],
    strip: findCommand(`${triplet}-strip`, `binutils-${triplet}`),
  };
}

/** The program of a target's Node. */
export function nodeOf({ nodeFolder }: Target): string {
  return join(nodeFolder, 'bin', 'node');
}

function findCommand(name: string, debianPackage: string): string {
  const folder = (process.env.PATH ?? '').split(delimiter).find((path) => existsSync(join(path, name)));
  if (folder === undefined) throw new Error(`cannot find ${name} (Debian package: ${debianPackage})`);
  return join(folder, name);
}

/**
 * npm installs only the Node of its own processor: the other one is downloaded, held against the digest in package-lock.json, and kept
 * in node_modules/.cache.
 */
function fetchNode(root: string, arch: string): string {
  const name = `node-linux-${arch}`;
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json: expected ${name}, found none`);
  const folder = join(root, 'node_modules/.cache/guest-init', `${name}-${locked.version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  try {
    run('npm', ['pack', '--silent', '--pack-destination', work, `${name}@${locked.version}`]);
    const archive = join(work, `${name}-${locked.version}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== locked.integrity) throw new Error(`${name}: expected ${locked.integrity}, found ${found}`);
    run('tar', ['--extract', '--no-same-owner', '--file', archive, '--directory', work]);
    renameSync(join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

function run(command: string, args: string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw new Error(`cannot run ${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args[0]} exited ${status}: ${stderr.trim().split('\n').at(-1)}`);
}
