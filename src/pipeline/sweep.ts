// Removes what a killed run, and the tools that it had called, left half made in the folders of the guest.

import type { Step } from '../core/plan.ts';
import { removeAccountLeftovers } from '../executors/account-leftovers.ts';
import type { Host } from '../host/host.ts';
import { removeLeftovers } from '../state/leftovers.ts';

/** Looks in the folders that these steps write to; costs a directory listing each. Tools at work in an image are not seen: theirs stays. */
export function sweepTemporaryFiles(steps: readonly Step[], host: Host): void {
  const hasKeys = steps.some(({ action }) => action.kind === 'authorizedKeys');
  const homes = new Map(hasKeys ? host.facts().users.map(({ name, home }) => [name, home]) : []);
  const folders = new Set(['/etc', ...steps.flatMap((step) => listFolders(step, homes))]);
  for (const folder of folders) removeLeftovers(folder, host);
  if (host.live) removeAccountLeftovers(host);
}

/** The folder of each file, and those above it, which may have had to be made. */
function listFolders({ action }: Step, homes: ReadonlyMap<string, string>): string[] {
  switch (action.kind) {
    case 'file':
    case 'lines':
    case 'sections':
    case 'symlink':
      return listAncestors(action.path);
    case 'hostKeys':
      return ['/etc/ssh'];
    case 'authorizedKeys': {
      const home = homes.get(action.user);
      return home === undefined ? [] : listAncestors(`${home}/.ssh/authorized_keys`);
    }
    default:
      return [];
  }
}

function listAncestors(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}
