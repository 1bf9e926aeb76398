// What undo does with one path that steps wrote to. Pure.

import { isSameState, type PathChange, type PathState } from '../state/changes.ts';
import { reverseLineChange } from '../state/line-change.ts';
import type { UndoFacts } from './undo-facts.ts';
import type { UndoDeed, UndoItem } from './undo-item.ts';

/** `entries`: all that was noted about one path, oldest first. */
export function planPath(
  entries: readonly PathChange[],
  facts: UndoFacts,
  isWanted: (module: string) => boolean,
): UndoItem {
  const subject = entries[0]?.path ?? '';
  const modules = [...new Set(entries.map(({ module }) => module).filter(isWanted))];
  return { subject, modules, deed: decide(entries, facts, isWanted) };
}

function decide(entries: readonly PathChange[], facts: UndoFacts, isWanted: (module: string) => boolean): UndoDeed {
  const chain = findChain(entries);
  const [first] = chain;
  const last = chain.at(-1);
  if (first === undefined || last === undefined) return { kind: 'settled' };
  const now = facts.paths.get(first.path) ?? { kind: 'absent' };
  const original = first.before;
  const isWhole = chain.every(({ module }) => isWanted(module));
  // Mode and owner are ours to put back where they are all that we changed.
  const hasOurAttributes = isSameState(last.after, original) && !isSameAttributes(now, original);
  if (isWhole && isSameState(now, original) && !hasOurAttributes) return { kind: 'settled' };
  if (facts.trapped.has(first.path)) return { kind: 'leave', reason: 'reached by a symbolic link of a user' };
  // A run that was cut off has noted a change that it did not come to.
  const isOurs = isSameState(now, last.after) || chain.slice(1).some(({ before }) => isSameState(now, before));
  if (isWhole && isOurs) return putBack(first, now);
  if (now.kind === 'absent' && original.kind === 'absent') return { kind: 'settled' };
  const rest = takeOut(
    chain.filter(({ module }) => isWanted(module)),
    facts.texts.get(first.path),
  );
  if (rest !== undefined) return { kind: 'takeOut', content: Buffer.from(rest, 'latin1') };
  if (isOurs) {
    const others = [...new Set(chain.map(({ module }) => module).filter((module) => !isWanted(module)))];
    return { kind: 'leave', reason: `holds what ${others.join(', ')} made as well` };
  }
  return { kind: 'leave', reason: 'changed since' };
}

/** The changes since somebody else wrote there the last time: what they had made is what is to come back. */
function findChain(entries: readonly PathChange[]): readonly PathChange[] {
  const from = entries.findLastIndex(({ before }, index) => {
    const previous = entries[index - 1];
    // A change that was noted and not made, because the run was cut off, starts from where the one before it did.
    return previous === undefined || !(isSameState(before, previous.after) || isSameState(before, previous.before));
  });
  return entries.slice(Math.max(0, from));
}

function putBack({ before, content }: PathChange, now: PathState): UndoDeed {
  if (before.kind === 'absent') return { kind: 'remove', what: now.kind };
  if (before.kind === 'symlink') return { kind: 'restore', to: before };
  if (before.kind !== 'file') return { kind: 'leave', reason: 'what was there is not known' };
  if (isSameState(before, now)) return { kind: 'restore', to: before };
  if (content === undefined) return { kind: 'leave', reason: 'what was there was not kept' };
  return { kind: 'restore', to: before, content: Buffer.from(content, 'base64') };
}

/** The text without the lines of these changes, the newest first; undefined when one of them cannot be told apart. */
function takeOut(changes: readonly PathChange[], text: string | undefined): string | undefined {
  let rest = text;
  for (const { lines } of changes.toReversed()) {
    rest = rest === undefined || lines === undefined ? undefined : reverseLineChange(rest, lines);
  }
  return rest;
}

function isSameAttributes(a: PathState, b: PathState): boolean {
  if (a.kind !== 'file' || b.kind !== 'file') return true;
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}
