// Writes a file so that every observer sees the old one or the new one, complete, with its final owner and mode.
// All names are used relative to an open folder (/proc/self/fd), so a folder that is swapped for a link meanwhile is not followed, and
// what was made is given away by its descriptor, because its name may be somebody else's by then.

import * as fs from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { openTrustedFolder } from './trusted-folder.ts';

/** Left behind only by a crash; the next run removes such names beside the file of the interrupted step. */
export const temporaryPrefix = '.guest-init-';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = fs.constants;

/** Mode is permission bits; uid and gid are numbers. Throws the system's error (ENOSPC, EROFS, EACCES …); the old file is then intact. */
export function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
  attributes: { mode: number; uid: number; gid: number },
): void {
  inOpenFolder(dirname(path), (at, folder) => {
    const temporary = at(makeTemporaryName());
    const file = fs.openSync(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
    try {
      try {
        fs.writeFileSync(file, content);
        if (attributes.uid !== process.geteuid?.() || attributes.gid !== process.getegid?.()) {
          fs.fchownSync(file, attributes.uid, attributes.gid);
        }
        fs.fchmodSync(file, attributes.mode);
        fs.fsyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      fs.renameSync(temporary, at(basename(path)));
    } catch (error) {
      removeIfPossible(() => fs.rmSync(temporary, { force: true }));
      throw error;
    }
    fs.fsyncSync(folder);
  });
}

/** A symbolic link in place of whatever file or link is there, by rename. */
export function writeSymlinkAtomically(path: string, target: string): void {
  inOpenFolder(dirname(path), (at, folder) => {
    const temporary = at(makeTemporaryName());
    fs.symlinkSync(target, temporary);
    try {
      fs.renameSync(temporary, at(basename(path)));
    } catch (error) {
      removeIfPossible(() => fs.rmSync(temporary, { force: true }));
      throw error;
    }
    fs.fsyncSync(folder);
  });
}

/** A new folder that appears with its final owner and mode: a run killed on the way must not leave one that nobody may enter. */
export function makeDirectoryAtomically(path: string, attributes: { mode: number; uid: number; gid: number }): void {
  inOpenFolder(dirname(path), (at) => {
    const temporary = at(makeTemporaryName());
    fs.mkdirSync(temporary, 0o700);
    try {
      giveFolder(temporary, attributes);
      fs.renameSync(temporary, at(basename(path)));
    } catch (error) {
      removeIfPossible(() => fs.rmdirSync(temporary));
      throw error;
    }
  });
}

function giveFolder(path: string, { mode, uid, gid }: { mode: number; uid: number; gid: number }): void {
  const made = fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    if (fs.fstatSync(made).uid !== process.geteuid?.()) throw Object.assign(new Error('not ours'), { code: 'EEXIST' });
    if (uid !== process.geteuid?.() || gid !== process.getegid?.()) fs.fchownSync(made, uid, gid);
    fs.fchmodSync(made, mode);
  } finally {
    fs.closeSync(made);
  }
}

/** What stopped the write is what must be told; the next run removes what stays. */
function removeIfPossible(remove: () => void): void {
  try {
    remove();
  } catch {}
}

// O_EXCL makes the name ours or fails; it needs to be unused, not secret.
function makeTemporaryName(): string {
  return `${temporaryPrefix}${process.pid}-${process.hrtime.bigint().toString(36)}`;
}

let hasDescriptorNames: boolean | undefined;

function inOpenFolder(path: string, body: (at: (name: string) => string, folder: number) => void): void {
  const folder = openTrustedFolder(resolve(path));
  try {
    // A chroot without /proc has no such names; there is no hostile neighbour in one either.
    hasDescriptorNames ??= fs.existsSync(`/proc/self/fd/${folder}`);
    const base = hasDescriptorNames ? `/proc/self/fd/${folder}` : path;
    body((name) => `${base}/${name}`, folder);
  } finally {
    fs.closeSync(folder);
  }
}
