// What other programs have written may be in the kernel's memory alone for half a minute, and useradd's skeleton files are empty after a power
// cut. The journal and the record, which survive one, must not call done what the disk does not hold.

import type { ActionKind } from '../core/action.ts';
import type { Host } from '../host/host.ts';

/** Actions whose files are written by other programs. Our own writes are on disk when they return. */
const looseKinds: ReadonlySet<ActionKind> = new Set<ActionKind>([
  ...(['user', 'group', 'password', 'packages', 'debconf', 'locale', 'notify'] as const),
  ...(['hostKeys', 'swapFile', 'fileSystem', 'growFileSystem'] as const),
]);

export type LooseWrites = {
  /** An action of this kind was tried. */
  note(kind: ActionKind): void;
  /** Before a line of the journal that will survive. Commands of the user flush for themselves, or are waited for at the end. */
  settle(): void;
  /** Before the record says that the stage is done. */
  settleAll(): void;
};

/** Below --root nothing is flushed: an image that is cut off is made anew. */
export function watchLooseWrites(host: Host): LooseWrites {
  let isLoose = false;
  let isCommandLoose = false;
  const flush = (): void => {
    if (host.live) host.flushToDisk();
    isLoose = false;
    isCommandLoose = false;
  };
  return {
    note(kind) {
      if (kind === 'exec') isCommandLoose = true;
      else if (looseKinds.has(kind)) isLoose = true;
    },
    settle() {
      if (isLoose) flush();
    },
    settleAll() {
      if (isLoose || isCommandLoose) flush();
    },
  };
}
