// Collects the diagnostics of a document: errors first when there are too many, in the order of the file, built only when shown.

import type { Diagnostic, Severity } from './diagnostic.ts';

/** Diagnostics shown for one document, the closing one not counted. */
export const maxDiagnostics = 50;

export type DiagnosticList = {
  /** Adds a problem; `build` runs only while there is room for it. Without a source it is of the list's own. */
  add(severity: Severity, build: () => Omit<Diagnostic, 'severity' | 'source'> & { readonly source?: string }): void;
  /** Everything shown, by source, line and column, then how many more there are. */
  close(): Diagnostic[];
};

/** Makes an empty list for the file `source`. */
export function createDiagnosticList(source: string): DiagnosticList {
  const errors: Diagnostic[] = [];
  const others: Diagnostic[] = [];
  let errorCount = 0;
  let count = 0;
  const order = new Map<string, number>();
  return {
    add(severity, build) {
      count++;
      if (severity === 'error') errorCount++;
      const kept = severity === 'error' ? errors : others;
      if (kept.length >= maxDiagnostics) return;
      const diagnostic = { severity, source, ...build() };
      kept.push(diagnostic);
      const { root } = splitSource(diagnostic.source);
      if (!order.has(root)) order.set(root, order.size);
    },
    close() {
      const shown = [...errors, ...others].slice(0, maxDiagnostics).sort((a, b) => {
        const [left, right] = [splitSource(a.source), splitSource(b.source)];
        const byRoot = (order.get(left.root) ?? 0) - (order.get(right.root) ?? 0);
        return byRoot || left.part - right.part || compareByPlace(a, b);
      });
      const hidden = count - shown.length;
      if (hidden === 0) return shown;
      const severity = errorCount > maxDiagnostics ? 'error' : 'note';
      const message = `${hidden} more ${hidden === 1 ? 'problem' : 'problems'} not shown`;
      return [...shown, { severity, code: 'more', source, message }];
    },
  };
}

/** At most `maxDiagnostics` of a list that is made already, errors first, then how many more there are; `source` is what the last one names. */
export function limitDiagnostics(diagnostics: readonly Diagnostic[], source: string): readonly Diagnostic[] {
  if (diagnostics.length <= maxDiagnostics) return diagnostics;
  const list = createDiagnosticList(source);
  for (const { severity, ...rest } of diagnostics) list.add(severity, () => rest);
  return list.close();
}

function compareByPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** `user_data part 3 (x.sh)` is part 3 of `user_data`; the whole comes before its parts. */
function splitSource(source: string): { root: string; part: number } {
  const match = / part (\d+)(?: \(|$)/.exec(source);
  return match === null ? { root: source, part: 0 } : { root: source.slice(0, match.index), part: Number(match[1]) };
}
