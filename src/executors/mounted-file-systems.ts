// What is mounted and what is swapped to now, from /proc (proc(5), swapon(8)).

import type { Host } from '../host/host.ts';

export type MountedFileSystem = {
  readonly mountPoint: string;
  /** `major:minor`; 0:N where the file system has no device of its own (btrfs, overlay, nfs). */
  readonly device: string;
  /** What was mounted: a node, `tmpfs`, `server:/export`. */
  readonly source: string;
  readonly type: string;
};

/** Mounts that can be seen, in the order they were made; none below --root. */
export function listMounted(host: Host): readonly MountedFileSystem[] {
  if (!host.live) return [];
  const found: MountedFileSystem[] = [];
  for (const line of (host.readText('/proc/self/mountinfo') ?? '').split('\n')) {
    const fields = line.split(' ');
    const end = fields.indexOf('-');
    const [type, source] = [fields[end + 1], fields[end + 2]];
    const [device, mountPoint] = [fields[2], fields[4]];
    if (end < 6 || type === undefined || device === undefined || mountPoint === undefined) continue;
    found.push({ mountPoint: unescapeField(mountPoint), device, source: unescapeField(source ?? ''), type });
  }
  return found;
}

/** What is mounted at this very folder: the last mount covers the others. */
export function findMounted(mountPoint: string, host: Host): MountedFileSystem | undefined {
  return listMounted(host).findLast((mounted) => mounted.mountPoint === mountPoint);
}

/** The file system that a path is on. */
export function findFileSystemOf(path: string, host: Host): MountedFileSystem | undefined {
  let best: MountedFileSystem | undefined;
  for (const mounted of listMounted(host)) {
    const { mountPoint } = mounted;
    const isAbove = mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
    if (isAbove && mountPoint.length >= (best?.mountPoint.length ?? 0)) best = mounted;
  }
  return best;
}

/** Files and nodes that the kernel swaps to. */
export function listSwaps(host: Host): readonly string[] {
  if (!host.live) return [];
  const [, ...lines] = (host.readText('/proc/swaps') ?? '').split('\n');
  return lines.map((line) => unescapeField(line.split(/[ \t]+/)[0] ?? '')).filter((path) => path !== '');
}

/** fstab(5) and /proc write blanks, tabs, newlines and backslashes as three octal digits. */
export function unescapeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The reverse of `unescapeField`; blanks beyond ASCII are letters of a name to mount(8). */
export function escapeField(field: string): string {
  return field.replace(/[ \t\n\v\f\r\\]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
