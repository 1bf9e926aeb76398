// Classes that are a table of paths: most of them.

import type { Leftover, LeftoverClass, Mend, Search } from './leftover.ts';

export type PathRule = {
  /** Patterns of absolute paths; `~` is the home folder of each user. */
  readonly paths: readonly string[];
  readonly what: string;
  /** Default: remove. empty: the file stays with its owner and mode, for programs that need it there. */
  readonly mend?: 'remove' | 'empty' | 'tell';
  /** Folders as well, with all that is in them. */
  readonly trees?: true;
};

export function definePaths(given: {
  readonly name: string;
  readonly why: string;
  readonly rules: readonly PathRule[];
  /** Other leftovers of the class. */
  readonly more?: (search: Search) => readonly Leftover[];
}): LeftoverClass {
  const { name, why, rules, more } = given;
  return {
    name,
    why,
    find: (search) => [...rules.flatMap((rule) => findByRule(rule, search)), ...(more?.(search) ?? [])],
  };
}

/** Links, devices, files and folders with nothing in them hold nothing of a machine: a shell history that is a link to /dev/null is no leftover. */
export function findByRule(rule: PathRule, { reader }: Search): Leftover[] {
  return rule.paths.flatMap((pattern) => {
    const found = pattern.startsWith('~/') ? expandHomes(pattern.slice(2), reader) : reader.expand(pattern);
    return found.flatMap((path): Leftover[] => {
      const stat = reader.stat(path);
      const isFile = stat?.kind === 'file' && stat.size > 0;
      const isTree = rule.trees === true && stat?.kind === 'directory' && reader.list(path).length > 0;
      if (!isFile && !isTree) return [];
      return [{ path, what: rule.what, mend: chooseMend(rule, isTree) }];
    });
  });
}

function chooseMend({ mend = 'remove' }: PathRule, isTree: boolean): Mend {
  if (mend === 'tell') return { kind: 'tell' };
  if (mend === 'empty') return { kind: 'rewrite', content: '' };
  return { kind: isTree ? 'remove-tree' : 'remove' };
}

/** What users own they may have made links of, which root must not follow: every folder on the way has to be one. */
function expandHomes(pattern: string, reader: Search['reader']): string[] {
  return reader.homes().flatMap((home) => {
    const found = reader.expand(`${home}/${pattern}`);
    return found.filter((path) => {
      const folders = path
        .slice(home.length + 1)
        .split('/')
        .slice(0, -1);
      return folders.every((_, index) => {
        return reader.stat(`${home}/${folders.slice(0, index + 1).join('/')}`)?.kind === 'directory';
      });
    });
  });
}
