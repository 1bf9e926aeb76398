// Changes to a text by places in it, as acorn gives them.

export type Range = { readonly start: number; readonly end: number };

/** `text` takes the place of what is between `start` and `end`. */
export type Edit = Range & { readonly text: string };

/** The part `range` of `code` with the edits, which are in its order and do not overlap. */
export function applyEdits(
  code: string,
  edits: readonly Edit[],
  range: Range = { start: 0, end: code.length },
): string {
  let result = '';
  let at = range.start;
  for (const edit of edits) {
    result += code.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + code.slice(at, range.end);
}
