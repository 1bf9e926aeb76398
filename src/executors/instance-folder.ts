// Folders below that of an instance, for what its commands leave and need: for root alone.

import type { Host } from '../host/host.ts';

const forRootAlone = { mode: 0o700, uid: 0, gid: 0 } as const;

/** Makes `name` below the folder of the instance, and that one too; gives its path. */
export function makeInstanceFolder(instanceDirectory: string, name: string, host: Host): string {
  const folder = `${instanceDirectory}/${name}`;
  // A look costs less than making what is there already, as it is for every command but the first.
  if (host.stat(folder)?.kind === 'directory') return folder;
  for (const needed of [instanceDirectory, folder]) host.makeDirectory(needed, forRootAlone);
  return folder;
}
