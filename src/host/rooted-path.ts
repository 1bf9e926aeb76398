// Resolves a guest path below --root as chroot would: links inside the root stay inside it.

import * as fs from 'node:fs';

const linkLimit = 40;

/**
 * The host path of `path` below `root`. The last component is followed only with `followLast`. Throws ELOOP-like errors for endless
 * links.
 */
export function resolveBelowRoot(root: string, path: string, { followLast = false } = {}): string {
  const pending = path.split('/').filter((part) => part !== '' && part !== '.');
  const resolved: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const part = pending.shift() as string;
    if (part === '..') {
      resolved.pop();
      continue;
    }
    const candidate = [root, ...resolved, part].join('/');
    const target = followLast || pending.length > 0 ? readLinkOrNothing(candidate) : undefined;
    if (target === undefined) {
      resolved.push(part);
      continue;
    }
    links += 1;
    if (links > linkLimit) throw Object.assign(new Error(`${path}: too many symbolic links`), { code: 'ELOOP' });
    if (target.startsWith('/')) resolved.length = 0;
    pending.unshift(...target.split('/').filter((next) => next !== '' && next !== '.'));
  }
  return [root, ...resolved].join('/');
}

function readLinkOrNothing(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
}
