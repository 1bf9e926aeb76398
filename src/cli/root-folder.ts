// --root: the folder of an unpacked or mounted image.

import * as fs from 'node:fs';
import { formatShellWord } from '../core/shell-word.ts';

/** Why the folder cannot be meant; undefined when it can. This machine's own root must not be taken for an image's. */
export function explainBadRoot(root: string): string | undefined {
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory()) return `root: ${root}: no such folder`;
  if (fs.realpathSync(root) === '/') return 'root: that is this machine; for it, leave --root out';
  return undefined;
}

/** The words that have a command mean the same root again: empty for this machine's own. */
export function repeatRoot(root: string | undefined): string {
  return root === undefined || root === '/' ? '' : ` --root ${formatShellWord(root)}`;
}
