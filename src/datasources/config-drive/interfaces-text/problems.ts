// Problems of an interfaces(5) text, each with its line; never the value.

import type { Diagnostic, DiagnosticCode, Severity } from '../../../core/diagnostic.ts';
import type { Origin } from '../../../core/network-config.ts';
import type { IfaceStanza, Line } from './stanzas.ts';

/** The text being read: its name, and the problems found so far. */
export type Reading = { readonly source: string; readonly diagnostics: Diagnostic[] };

/** `keyword` is shown where it is a word that interfaces(5) could know. */
export function report(
  { source, diagnostics }: Reading,
  { line, keyword }: Pick<Line, 'line' | 'keyword'>,
  severity: Severity,
  code: DiagnosticCode,
  message: string,
): void {
  const path = /^[a-z][a-z0-9_-]{0,31}$/.test(keyword) ? { path: keyword } : {};
  diagnostics.push({ severity, code, source, line, column: 1, ...path, message });
}

/** The place as people name it: `openstack/content/0000 line 5, iface eth0`. */
export function originOf({ source }: Reading, { line, name }: Pick<IfaceStanza, 'line' | 'name'>): Origin {
  return { source: `${source} line ${line}, iface ${name}` };
}
