// Removes what the atomic writer left behind when a run was killed between making a temporary file and renaming it.

import type { Step } from '../core/plan.ts';
import { temporaryPrefix } from '../host/atomic-write.ts';
import type { Host } from '../host/host.ts';
import { stateDirectory } from '../state/record.ts';

/** Looks in the folders that these steps write to; costs a directory listing each. */
export function sweepTemporaryFiles(steps: readonly Step[], host: Host): void {
  const homes = new Map(host.facts().users.map(({ name, home }) => [name, home]));
  const folders = new Set([stateDirectory, '/etc', ...steps.flatMap((step) => listFolders(step, homes))]);
  for (const folder of folders) {
    for (const name of host.list(folder)) {
      if (name.startsWith(temporaryPrefix)) host.remove(`${folder}/${name}`);
    }
  }
}

function listFolders({ action }: Step, homes: ReadonlyMap<string, string>): string[] {
  switch (action.kind) {
    case 'file':
    case 'lines':
    case 'symlink':
      return [action.path.slice(0, action.path.lastIndexOf('/')) || '/'];
    case 'authorizedKeys': {
      const home = homes.get(action.user);
      return home === undefined ? [] : [`${home}/.ssh`];
    }
    default:
      return [];
  }
}
