// Folders that we made go when nothing is left in them. Pure.

import type { PathChange } from '../state/changes.ts';
import type { UndoFacts } from './undo-facts.ts';
import type { UndoItem } from './undo-item.ts';

/** Deepest first; `gone` are the paths that go before them, and grows by the folders. */
export function planFolders(
  folders: readonly (readonly PathChange[])[],
  given: {
    readonly facts: UndoFacts;
    readonly gone: Set<string>;
    readonly isWanted: (module: string) => boolean;
  },
): UndoItem[] {
  const { facts, gone, isWanted } = given;
  const sorted = folders.toSorted(([a], [b]) => (b?.path.length ?? 0) - (a?.path.length ?? 0));
  return sorted.map((entries) => {
    const subject = entries[0]?.path ?? '';
    const modules = [...new Set(entries.map(({ module }) => module).filter(isWanted))];
    if (facts.paths.get(subject)?.kind !== 'directory') return { subject, modules, deed: { kind: 'settled' } };
    if (facts.trapped.has(subject))
      return { subject, modules, deed: { kind: 'leave', reason: 'reached by a symbolic link of a user' } };
    if (facts.mountPoints.has(subject))
      return { subject, modules, deed: { kind: 'leave', reason: 'something is mounted on it' } };
    const rest = (facts.folders.get(subject) ?? []).filter((name) => !gone.has(`${subject}/${name}`));
    const [one] = rest;
    if (one !== undefined) {
      const more = rest.length > 1 ? ` and ${rest.length - 1} more` : '';
      return { subject, modules, deed: { kind: 'leave', reason: `not empty: ${one}${more}` } };
    }
    gone.add(subject);
    return { subject, modules, deed: { kind: 'remove', what: 'directory' } };
  });
}
