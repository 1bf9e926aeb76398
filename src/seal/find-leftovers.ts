// Looks through an image for everything that is of one machine. Changes nothing.

import type { Host } from '../host/host.ts';
import { createGuestReader } from './guest-reader.ts';
import type { ImageRecord } from './image-record.ts';
import type { Asked, Leftover } from './leftover.ts';
import { leftoverClasses } from './registry.ts';

/** A leftover with its class; `why`: what goes wrong with copies. */
export type Found = Leftover & { readonly class: string; readonly why: string };

export type FindOptions = {
  readonly asked: Asked;
  /** Names of classes that are meant to be in the image. */
  readonly except: readonly string[];
  readonly userDataPath: string | undefined;
  readonly record: ImageRecord | undefined;
};

/** What could not be looked at is a leftover of class `unreadable`: nobody knows that the image is clean. */
export const unreadable = 'unreadable';

/** In the order of the registry, each path (and line of it) once. */
export function findLeftovers(host: Host, { asked, except, userDataPath, record }: FindOptions): readonly Found[] {
  const reader = createGuestReader(host);
  const classes = leftoverClasses.filter(({ name }) => !except.includes(name));
  const found = classes.flatMap((each) => {
    const { name, why } = each;
    return each.find({ reader, asked, userDataPath, record }).map((leftover) => ({ ...leftover, class: name, why }));
  });
  const blocked = new Set(reader.troubles.keys());
  const first = [...reader.troubles].filter(([path]) => !isBelow(path, blocked));
  const troubles = first.map(([path, what]): Found => {
    return { path, what, mend: { kind: 'tell' }, class: unreadable, why: 'nobody knows what is in it' };
  });
  const listed = [...found, ...(except.includes(unreadable) ? [] : troubles)];
  return withoutRepetition(listed);
}

/** What goes as a whole needs no word about its parts, and a file that is told for itself none about who made it. */
function withoutRepetition(found: readonly Found[]): Found[] {
  const removed = new Set<string>();
  const seen = new Set<string>();
  for (const { path, mend } of found) if (isRemoval(mend)) removed.add(path);
  const other = new Set(found.filter(({ mend }) => mend.kind !== 'note').map(({ path }) => path));
  return found.filter(({ path, line, mend }) => {
    const isCovered = isBelow(path, removed) || (removed.has(path) && !isRemoval(mend));
    const key = `${path}:${line ?? ''}`;
    if (isCovered || seen.has(key) || (mend.kind === 'note' && other.has(path))) return false;
    seen.add(key);
    return true;
  });
}

function isRemoval({ kind }: Leftover['mend']): boolean {
  return kind === 'remove' || kind === 'remove-tree';
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (folders.has(path.slice(0, at))) return true;
  }
  return false;
}
