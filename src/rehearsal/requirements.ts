// What a rehearsal needs of this machine; everything that is missing is named before anything is started.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { findCommand, runCommand } from '../host/commands.ts';

/** Each tool with the package that Debian ships it in. */
const tools = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  pivot_root: 'util-linux',
  flock: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  ip: 'iproute2',
} as const;

/** Throws AgentError 77 without root, and AgentError 1 that lists every missing tool and kernel feature. */
export function requireRehearsal(needs: { readonly imageFileSystem: ImageFileSystem | undefined }): void {
  if (process.geteuid?.() !== 0) {
    throw new AgentError(exitCodes.notRoot, 'rehearse makes namespaces and mounts: only root can', {
      hint: 'to look without root: guest-init plan --source DIR',
    });
  }
  const wanted: [string, string][] = Object.entries(tools);
  if (needs.imageFileSystem === 'ext4') wanted.push(['mke2fs', 'e2fsprogs']);
  const missing = wanted.filter(([name]) => findCommand(name, '') === undefined);
  const features = ['overlay', 'tmpfs'].filter((name) => !knowsFileSystem(name)).map((name) => `${name} file systems`);
  if (!fs.existsSync('/dev/loop-control')) loadModule('loop');
  if (!fs.existsSync('/dev/loop-control')) features.push('loop devices');
  for (const kind of ['mnt', 'net', 'uts', 'ipc', 'pid']) {
    if (!fs.existsSync(`/proc/self/ns/${kind}`)) features.push(`${kind} namespaces`);
  }
  if (missing.length + features.length === 0) return;
  const lacks = [
    ...missing.map(([name]) => `${name}: command not found`),
    ...features.map((feature) => `this kernel has no ${feature}`),
  ];
  const packages = [...new Set(missing.map(([, name]) => name))];
  throw new AgentError(exitCodes.internal, `rehearse: ${lacks.join('; ')}`, {
    hint: packages.length > 0 ? `install ${packages.join(' ')}` : 'rehearse in a virtual machine instead',
  });
}

export type ImageFileSystem = 'iso9660' | 'ext4';

/** iso9660, as clouds make their drives, where this kernel can mount it; else ext4. */
export function chooseImageFileSystem(): ImageFileSystem {
  return knowsFileSystem('iso9660') ? 'iso9660' : 'ext4';
}

function knowsFileSystem(name: string): boolean {
  return isRegistered(name) || (loadModule(name) && isRegistered(name));
}

function isRegistered(name: string): boolean {
  return fs
    .readFileSync('/proc/filesystems', 'utf8')
    .split('\n')
    .some((line) => line.split('\t')[1] === name);
}

function loadModule(name: string): boolean {
  const modprobe = findCommand('modprobe', '');
  return modprobe !== undefined && process.geteuid?.() === 0 && runCommand([modprobe, '-q', name]).status === 0;
}
