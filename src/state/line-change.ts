// Which lines a step put into a file of others, so that they can be taken out again when somebody has written to it since. Ours are
// known by digests alone; theirs, which ours took the place of, as they were. Text is Latin-1: one character a byte.

import { sha256 } from '../host/crypto.ts';

export type LineChange = {
  /** Digests of the lines that were put in, one after another. */
  readonly added: readonly string[];
  /** The lines that were there instead. */
  readonly removed: readonly string[];
};

/** More lines than this are not looked at one by one. */
const mostLines = 2000;

/**
 * The one stretch of lines in which two texts differ. Undefined when nothing was put in, which leaves no trace to find the place by, when it
 * is too long, or when it would have to keep lines that are not those of others (`mayKeep` false).
 */
export function findLineChange(before: string, after: string, mayKeep: boolean): LineChange | undefined {
  const old = splitLines(before);
  const next = splitLines(after);
  const shorter = Math.min(old.length, next.length);
  let start = 0;
  while (start < shorter && old[start] === next[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  const added = next.slice(start, next.length - tail);
  const removed = old.slice(start, old.length - tail);
  if (added.length === 0 || added.length + removed.length > mostLines) return undefined;
  if (removed.length > 0 && !mayKeep) return undefined;
  return { added: added.map(digestLine), removed };
}

/** `text` with the change taken back; undefined when its lines are not there, one after another, exactly once. */
export function reverseLineChange(text: string, { added, removed }: LineChange): string | undefined {
  const lines = splitLines(text);
  const digests = lines.map(digestLine);
  const places = digests.flatMap((_, at) =>
    added.every((digest, index) => digests[at + index] === digest) ? [at] : [],
  );
  const [at] = places;
  if (at === undefined || places.length > 1) return undefined;
  const kept = [...lines.slice(0, at), ...removed, ...lines.slice(at + added.length)];
  return kept.length === 0 ? '' : `${kept.join('\n')}${text.endsWith('\n') ? '\n' : ''}`;
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function digestLine(line: string): string {
  return sha256(Buffer.from(line, 'latin1')).slice(0, 32);
}
