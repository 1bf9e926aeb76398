// What changes in a text file, as lines to read on a console.

import { controlCharacters } from '../core/control-characters.ts';

const lineLimit = 60;
const widthLimit = 160;
const contextLines = 2;
/** Above this many cells the comparison is not worth its time: the middle is shown as taken out and put in. */
const tableLimit = 1_000_000;

/** Lines that start with `-`, `+` or a space; unchanged stretches are cut, and at most 60 lines are given. */
export function diffText(before: string, after: string): string[] {
  const old = splitLines(before);
  const next = splitLines(after);
  const start = countCommon(old, next, (list, at) => list[at]);
  const tail = countCommon(old.slice(start), next.slice(start), (list, at) => list[list.length - 1 - at]);
  const middle = diffMiddle(old.slice(start, old.length - tail), next.slice(start, next.length - tail));
  const marked = [
    ...old.slice(0, start).map((line) => ` ${line}`),
    ...middle,
    ...old.slice(old.length - tail).map((line) => ` ${line}`),
  ];
  return limitLines(dropDistantContext(marked)).map(clean);
}

/** The text of a file as `+` lines. */
export function listAdded(text: string): string[] {
  return limitLines(splitLines(text), (line) => `+${line}`).map(clean);
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function countCommon(
  old: readonly string[],
  next: readonly string[],
  pick: (list: readonly string[], at: number) => string | undefined,
): number {
  const limit = Math.min(old.length, next.length);
  let count = 0;
  while (count < limit && pick(old, count) === pick(next, count)) count += 1;
  return count;
}

/** By the longest common subsequence. */
function diffMiddle(old: readonly string[], next: readonly string[]): string[] {
  const removed = old.map((line) => `-${line}`);
  const added = next.map((line) => `+${line}`);
  if (old.length === 0 || next.length === 0 || old.length * next.length > tableLimit) return [...removed, ...added];
  const width = next.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = next.length - 1; column >= 0; column--) {
      common[row * width + column] =
        old[row] === next[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: string[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < next.length) {
    if (row < old.length && column < next.length && old[row] === next[column]) {
      lines.push(` ${old[row]}`);
      row += 1;
      column += 1;
    } else if (row < old.length && (column >= next.length || at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`-${old[row]}`);
      row += 1;
    } else {
      lines.push(`+${next[column]}`);
      column += 1;
    }
  }
  return lines;
}

function dropDistantContext(lines: readonly string[]): string[] {
  const near = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(' ')) continue;
    for (let at = index - contextLines; at <= index + contextLines; at++) near.add(at);
  }
  return lines.flatMap((line, index) => {
    if (near.has(index)) return [line];
    return near.has(index - 1) ? [' …'] : [];
  });
}

function limitLines(lines: readonly string[], mark = (line: string): string => line): string[] {
  if (lines.length <= lineLimit) return lines.map(mark);
  const shown = lines.slice(0, lineLimit - 1).map(mark);
  return [...shown, ` … ${lines.length - shown.length} more lines`];
}

/** File content must not steer the terminal. */
function clean(line: string): string {
  const visible = line.replace(/\t/g, '    ').replace(controlCharacters, '?');
  return visible.length > widthLimit ? `${visible.slice(0, widthLimit - 1)}…` : visible;
}
