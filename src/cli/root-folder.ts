// --root: the folder of an unpacked or mounted image.

import * as fs from 'node:fs';

/** Why the folder cannot be meant; undefined when it can. This machine's own root must not be taken for an image's. */
export function explainBadRoot(root: string): string | undefined {
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory()) return `root: ${root}: no such folder`;
  if (fs.realpathSync(root) === '/') return 'root: that is this machine; for it, leave --root out';
  return undefined;
}
