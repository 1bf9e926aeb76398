// What the atomic writer leaves behind when a run is killed between making something under a temporary name and renaming it.

import { temporaryPrefix } from '../host/atomic-write.ts';
import type { Host } from '../host/host.ts';

/** Removes them from one folder; costs a listing. */
export function removeLeftovers(folder: string, host: Host): void {
  for (const name of host.list(folder)) {
    if (name.startsWith(temporaryPrefix)) host.remove(`${folder === '/' ? '' : folder}/${name}`);
  }
}
