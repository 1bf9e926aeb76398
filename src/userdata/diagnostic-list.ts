// Collects the diagnostics of a document: errors first when there are too many, in the order of the file, built only when shown.

import type { Diagnostic, Severity } from '../core/diagnostic.ts';

/** Diagnostics shown for one document, the closing one not counted. */
const maxDiagnostics = 50;

export type DiagnosticList = {
  /** Adds a problem; `build` runs only while there is room for it. */
  add(severity: Severity, build: () => Omit<Diagnostic, 'severity' | 'source'>): void;
  /** Everything shown, by line and column, then how many more there are. */
  close(): Diagnostic[];
};

/** Makes an empty list for the file `source`. */
export function createDiagnosticList(source: string): DiagnosticList {
  const errors: Diagnostic[] = [];
  const others: Diagnostic[] = [];
  let errorCount = 0;
  let count = 0;
  return {
    add(severity, build) {
      count++;
      if (severity === 'error') errorCount++;
      const kept = severity === 'error' ? errors : others;
      if (kept.length < maxDiagnostics) kept.push({ severity, source, ...build() });
    },
    close() {
      const shown = [...errors, ...others].slice(0, maxDiagnostics).sort(compareByPlace);
      const hidden = count - shown.length;
      if (hidden === 0) return shown;
      const severity = errorCount > maxDiagnostics ? 'error' : 'note';
      const message = `${hidden} more ${hidden === 1 ? 'problem' : 'problems'} not shown`;
      return [...shown, { severity, code: 'limit', source, message }];
    },
  };
}

function compareByPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
