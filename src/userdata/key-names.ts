// Keys in messages: quoted when they look like names. Anything else may be a secret in the wrong place, or bytes for a terminal.

import { formatKeyPath } from '../core/diagnostic.ts';

const nameForm = /^\w[\w.-]{0,63}$/;

/** `"runcmd"`; for a key that does not look like a name, words that do not quote it. */
export function quoteKey(key: string): string {
  return nameForm.test(key) ? `"${key}"` : '(not a name)';
}

/** As formatKeyPath, with `?` for keys that do not look like names; without `path` for the document itself. */
export function namePath(path: readonly (string | number)[]): { readonly path?: string } {
  if (path.length === 0) return {};
  return { path: formatKeyPath(path.map((key) => (typeof key === 'number' || nameForm.test(key) ? key : '?'))) };
}
