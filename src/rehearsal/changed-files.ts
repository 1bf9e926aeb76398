// What a rehearsal did to the files, read from the upper layers of its overlays. A file that was only touched or copied is no change.

import * as fs from 'node:fs';

export type FileChange = { readonly op: '+' | '~' | '-'; readonly path: string };

const comparedBytes = 64 * 1024 * 1024;

/** One layer: `upper` holds the changes, `path` is the folder of this machine that they lie over, `merged` what the guest sees there. */
export type ChangedLayer = { readonly upper: string; readonly path: string; readonly merged: string };

/** Sorted by path. New folders count only when they are empty; `hidden` paths and what lies below them do not count. */
export function listChanges(layers: readonly ChangedLayer[], hidden: readonly string[]): readonly FileChange[] {
  const changes: FileChange[] = [];
  const isHidden = (path: string): boolean => hidden.some((one) => path === one || path.startsWith(`${one}/`));
  const report = (op: FileChange['op'], path: string): void => {
    if (!isHidden(path)) changes.push({ op, path });
  };
  for (const { upper, path: base, merged } of layers) {
    const visit = (relative: string): void => {
      const path = `${base === '/' ? '' : base}${relative}`;
      const names = listFolder(upper + relative);
      const before = lstat(path === '' ? '/' : path);
      if (before?.isDirectory()) {
        const present = new Set(listFolder(merged + relative));
        for (const name of listFolder(path === '' ? '/' : path)) if (!present.has(name)) report('-', `${path}/${name}`);
      }
      for (const name of names) {
        const child = `${path}/${name}`;
        const after = lstat(`${upper}${relative}/${name}`);
        if (after === undefined || isHidden(child) || isWhiteout(after)) continue;
        compare(child, `${upper}${relative}/${name}`, after);
        if (after.isDirectory()) visit(`${relative}/${name}`);
      }
    };
    visit('');
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

  function compare(path: string, copy: string, after: fs.Stats): void {
    const before = lstat(path);
    if (before === undefined) {
      if (!after.isDirectory()) report('+', path);
      else if (listFolder(copy).length === 0) report('+', `${path}/`);
    } else if (differs(path, before, copy, after)) report('~', after.isDirectory() ? `${path}/` : path);
  }
}

function differs(path: string, before: fs.Stats, copy: string, after: fs.Stats): boolean {
  if (before.mode !== after.mode || before.uid !== after.uid || before.gid !== after.gid) return true;
  if (after.isSymbolicLink()) return fs.readlinkSync(path) !== fs.readlinkSync(copy);
  if (!after.isFile()) return false;
  if (before.size !== after.size) return true;
  // A copy keeps the time of its original.
  if (after.size > comparedBytes) return before.mtimeMs !== after.mtimeMs;
  return !fs.readFileSync(path).equals(fs.readFileSync(copy));
}

/** overlayfs marks what was removed by a character device 0:0. */
function isWhiteout(stat: fs.Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0;
}

function lstat(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path);
  } catch {
    return undefined;
  }
}

function listFolder(path: string): string[] {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
}
