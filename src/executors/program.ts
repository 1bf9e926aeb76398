// Whether a program is there for the commands of root.

import type { Host } from '../host/host.ts';

/** Folders of what the image's owner has put in; the guest's own tools are never looked for there, the user's commands are. */
const localFolders = ['/usr/local/sbin', '/usr/local/bin'];

/** `program` is a name or an absolute path. */
export function hasProgram(program: string, host: Host): boolean {
  if (program.startsWith('/')) return host.stat(program) !== undefined;
  return (
    host.which(program) !== undefined || localFolders.some((folder) => host.stat(`${folder}/${program}`) !== undefined)
  );
}
