// Looks at an image that may be hostile or broken: nothing but regular files is read, none that is very large, and what cannot be seen is
// remembered instead of ending the search. An image is clean only when all of it could be looked at.

import { AgentError } from '../core/error.ts';
import { parseUsers } from '../host/accounts.ts';
import type { FileStat, Host } from '../host/host.ts';

/** Longer files are told instead of searched: user_data has the same limit. */
const sizeLimitBytes = 4 * 1024 * 1024;
const depthLimit = 32;

export type GuestReader = {
  /** Of the path itself, a link included. */
  stat(path: string): FileStat | undefined;
  /** Names in a folder, links to folders followed within the root. */
  list(path: string): readonly string[];
  readLink(path: string): string | undefined;
  /** Undefined for what is no regular file; one over the limit counts as trouble. */
  readFile(path: string): Uint8Array | undefined;
  readText(path: string): string | undefined;
  /** Paths that exist and fit `pattern`, where `*` stands for any part of one name. */
  expand(pattern: string): readonly string[];
  /** Every path below a folder but folders themselves; no link is followed. */
  walk(folder: string): readonly string[];
  /** Home folders of all users, each once. */
  homes(): readonly string[];
  /** What could not be looked at, by path. */
  readonly troubles: ReadonlyMap<string, string>;
};

export function createGuestReader(host: Host): GuestReader {
  const troubles = new Map<string, string>();

  function attempt<T>(path: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      troubles.set(path, error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message);
      return undefined;
    }
  }

  const stat = (path: string): FileStat | undefined => attempt(path, () => host.stat(path));
  const list = (path: string): readonly string[] => attempt(path, () => host.list(path)) ?? [];

  function readFile(path: string): Uint8Array | undefined {
    const found = stat(path);
    if (found?.kind !== 'file') return undefined;
    if (found.size > sizeLimitBytes) {
      troubles.set(path, `${found.size} bytes: more than is searched`);
      return undefined;
    }
    return attempt(path, () => host.readFile(path));
  }

  function readText(path: string): string | undefined {
    const bytes = readFile(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  function expand(pattern: string): readonly string[] {
    let found = [''];
    for (const part of pattern.split('/').slice(1)) {
      const fits = part.includes('*') ? toExpression(part) : undefined;
      found = found.flatMap((folder) => {
        if (fits === undefined) return [`${folder}/${part}`];
        return list(folder === '' ? '/' : folder)
          .filter((name) => fits.test(name))
          .map((name) => `${folder}/${name}`);
      });
    }
    return found.filter((path) => stat(path) !== undefined);
  }

  function walk(folder: string, depth = 0): readonly string[] {
    if (stat(folder)?.kind !== 'directory') return [];
    if (depth > depthLimit) {
      troubles.set(folder, 'too many folders in each other');
      return [];
    }
    return list(folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      return stat(path)?.kind === 'directory' ? walk(path, depth + 1) : [path];
    });
  }

  function findHomes(): readonly string[] {
    const users = parseUsers(readText('/etc/passwd') ?? '');
    const named = users.map(
      ({ home }) =>
        `/${home
          .split('/')
          .filter((part) => part !== '' && part !== '.')
          .join('/')}`,
    );
    const homes = [...new Set(['/root', ...named])];
    // One that cannot be listed is told once, and not again for each file that it might have.
    return homes.filter((home) => home !== '/' && !home.split('/').includes('..') && list(home).length > 0);
  }

  let homes: readonly string[] | undefined;
  return {
    stat,
    list,
    readFile,
    readText,
    expand,
    walk: (folder) => walk(folder),
    homes: () => {
      homes ??= findHomes();
      return homes;
    },
    readLink: (path) => attempt(path, () => host.readLink(path)),
    troubles,
  };
}

function toExpression(part: string): RegExp {
  const parts = part.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
