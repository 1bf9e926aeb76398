// How this very program is started once more inside the rehearsal, and which of its files must be visible there.

import * as fs from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isSea } from 'node:sea';

/** Where the program lies inside; /run is fresh there, so that nothing of the guest is in the way. */
const folder = '/run/.rehearsal';

export type ProgramPlace = {
  /** The words that start it, for use inside. */
  readonly argv: readonly string[];
  /** Read-only binds: path of this machine, path inside. */
  readonly binds: readonly { readonly outside: string; readonly inside: string }[];
};

/** The single executable, or Node with the bundle, or (in development) Node with the sources. */
export function locateProgram(): ProgramPlace {
  const runtime = fs.realpathSync(process.execPath);
  const [, script = ''] = process.argv;
  if (isSea() || script === '') {
    const inside = `${folder}/guest-init`;
    return { argv: [inside], binds: [{ outside: runtime, inside }] };
  }
  const entry = fs.realpathSync(script);
  const unit = entry.endsWith('.ts') ? findPackageFolder(entry) : entry;
  const inside = `${folder}/${basename(unit)}`;
  const node = `${folder}/bin/node`;
  return {
    argv: [node, ...process.execArgv, join(inside, relative(unit, entry))],
    binds: [
      { outside: runtime, inside: node },
      { outside: unit, inside },
    ],
  };
}

function findPackageFolder(file: string): string {
  let folder = dirname(file);
  while (folder !== '/' && !fs.existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
