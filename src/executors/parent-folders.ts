// Makes the folders that a file needs.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Ownership } from './ownership.ts';

/** Makes the missing folders above `path`, 0755, owned like the file. Folders that exist stay as they are. */
export function makeParentFolders(path: string, host: Host, ownership: Ownership): void {
  const missing: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const folder = path.slice(0, at);
    const stat = host.stat(folder);
    if (stat?.kind === 'directory' || stat?.kind === 'symlink') break;
    if (stat !== undefined)
      throw new AgentError(exitCodes.internal, `${path}: ${folder} is in the way, a file where a folder is needed`);
    missing.push(folder);
  }
  for (const folder of missing.reverse()) host.makeDirectory(folder, { mode: 0o755, ...ownership });
}
