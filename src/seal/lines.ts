// Leftovers that are single lines of a file of the image.

import type { Leftover, Mend, Search } from './leftover.ts';

export type LineRule = {
  readonly paths: readonly string[];
  /** Tried on each line, without its end. Not global: a test must not move it on. */
  readonly line: RegExp;
  readonly what: string;
};

/** Lines that go: each is a leftover. */
export function findDroppableLines(rule: LineRule, search: Search): Leftover[] {
  return findLines(rule, search, { kind: 'drop-lines', line: rule.line });
}

/** Lines that people have to judge. */
export function findToldLines(rule: LineRule, search: Search): Leftover[] {
  return findLines(rule, search, { kind: 'tell' });
}

function findLines({ paths, line, what }: LineRule, { reader }: Search, mend: Mend): Leftover[] {
  return paths.flatMap((pattern) =>
    reader.expand(pattern).flatMap((path) => {
      const bytes = reader.readFile(path);
      const lines = bytes === undefined ? [] : splitLines(bytes);
      return lines.flatMap((text, index) => (line.test(text) ? [{ path, line: index + 1, what, mend }] : []));
    }),
  );
}

/** The file without the lines that fit; every other byte as it was. */
export function dropLines(bytes: Uint8Array, line: RegExp): Uint8Array {
  const kept = splitLines(bytes).filter((text) => !line.test(text));
  return Buffer.from(kept.join('\n'), 'latin1');
}

/** One character a byte, so that what is not UTF-8 stays as it is. */
function splitLines(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString('latin1').split('\n');
}
