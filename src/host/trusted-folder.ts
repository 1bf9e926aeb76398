// Opens the folder that something is written to, or the file that is read. Whoever owns a folder on the way could put a link in it that
// leads to somebody else's files: a link is followed only where root alone can have made it (as systemd-tmpfiles(8) judges a transition
// unsafe).

import * as fs from 'node:fs';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;
const mostLinks = 40;
/** Debian's own folders below /usr/local are writable by a group that is as good as root. */
const writableByAll = 0o002;

/** A descriptor of the folder, for the caller to close. Throws the system's error; ELOOP for a link that is not followed. */
export function openTrustedFolder(path: string): number {
  return openTrusted(path, O_RDONLY | O_DIRECTORY);
}

/** The same of whatever is at the absolute path, opened with `flags` of open(2). */
export function openTrusted(path: string, flags: number): number {
  const opened = fs.openSync(path, flags);
  // The usual case: the way went through no link at all. Without /proc there is no other process either (a chroot).
  const reached = readDescriptor(opened);
  if (reached === undefined || reached === path || `${reached}/` === path) return opened;
  fs.closeSync(opened);
  return walk(path, flags);
}

function readDescriptor(descriptor: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

/** One name after the other, each in the folder that is open. */
function walk(path: string, flags: number): number {
  let names = splitPath(path);
  let links = 0;
  let at = fs.openSync('/', O_RDONLY | O_DIRECTORY);
  try {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const next = `/proc/self/fd/${at}/${name}`;
      const target = fs.lstatSync(next).isSymbolicLink() ? fs.readlinkSync(next) : undefined;
      if (target !== undefined) {
        links += 1;
        if (links > mostLinks || !isRootsAlone(fs.fstatSync(at))) throw refusal(path);
        names = [...splitPath(target), ...names];
        if (!target.startsWith('/')) continue;
      }
      const wanted = target === undefined && names.length === 0 ? flags : O_RDONLY | O_DIRECTORY;
      const opened = fs.openSync(target === undefined ? next : '/', wanted | O_NOFOLLOW);
      fs.closeSync(at);
      at = opened;
    }
    return at;
  } catch (error) {
    fs.closeSync(at);
    throw error;
  }
}

function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function isRootsAlone({ uid, mode }: fs.Stats): boolean {
  return uid === 0 && (mode & writableByAll) === 0;
}

function refusal(path: string): Error {
  return Object.assign(new Error(`${path}: a link that is not root's`), { code: 'ELOOP' });
}
