// Finds a guest's path from outside without ever being led out of the guest by one of its links.
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/** The guest path that `path` leads to when `root` is the root folder: absolute links and `..` stay inside. */
export function resolveInside(root: string, path: string, followLast: boolean): string {
  const pending = path.split('/').filter((part) => part !== '');
  let current = '';
  for (let turns = 0; pending.length > 0; turns += 1) {
    if (turns > 256) throw new Error(`${path}: too many symbolic links`);
    const part = pending.shift() ?? '';
    if (part === '.') continue;
    if (part === '..') {
      current = dirname(current || '/').replace(/^\/$/, '');
      continue;
    }
    const next = `${current}/${part}`;
    const stat = lstatSync(root + next, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() && (pending.length > 0 || followLast)) {
      const target = readlinkSync(root + next);
      if (target.startsWith('/')) current = '';
      pending.unshift(...target.split('/').filter((word) => word !== ''));
    } else current = next;
  }
  return current === '' ? '/' : current;
}
