// Removes a folder with all that is in it, as rm -r does it: each folder is held open while it is emptied, so that one that somebody
// swaps for a link meanwhile leads nowhere.

import * as fs from 'node:fs';
import { basename, dirname } from 'node:path';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;

/**
 * Links are removed, never followed; an absent path is fine. What is mounted below it stays, with the folders above that. Throws the system's
 * error (EROFS, EPERM …) at the first entry that cannot be removed.
 */
export function removeTree(path: string): void {
  const above = fs.openSync(dirname(path), O_RDONLY | O_DIRECTORY);
  try {
    removeEntry({ at: nameInFolder(above, dirname(path)), name: basename(path), device: fs.fstatSync(above).dev });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    fs.closeSync(above);
  }
}

type Entry = { readonly at: (name: string) => string; readonly name: string; readonly device: number };

/** False where something stays because it is on another file system. */
function removeEntry({ at, name, device }: Entry): boolean {
  const path = at(name);
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  if (!stat.isDirectory()) {
    fs.unlinkSync(path);
    return true;
  }
  // Of folders alone: a file below an overlay has the number of the layer that it lies in.
  if (stat.dev !== device || !emptyFolder(path, device)) return false;
  fs.rmdirSync(path);
  return true;
}

function emptyFolder(path: string, device: number): boolean {
  const folder = fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const at = nameInFolder(folder, path);
    const removed = fs.readdirSync(at('.')).map((name) => removeEntry({ at, name, device }));
    return removed.every((isGone) => isGone);
  } finally {
    fs.closeSync(folder);
  }
}

/** A chroot without /proc has no such names; there is no hostile neighbour in one either. */
function nameInFolder(folder: number, path: string): Entry['at'] {
  const held = `/proc/self/fd/${folder}`;
  const base = fs.existsSync(held) ? held : path;
  return (name) => `${base}/${name}`;
}
