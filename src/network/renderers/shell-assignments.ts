// Files of NAME='value' lines, which services source by a shell or read as if they did.

import { fileMark } from './renderer.ts';

export type Assignment = readonly [name: string, value: string | number];

/** The whole file, newline-terminated; each value is one single-quoted word. */
export function renderAssignments(assignments: readonly Assignment[]): string {
  return [`# ${fileMark}`, ...assignments.map(([name, value]) => renderAssignment(name, value)), ''].join('\n');
}

/** One line without its end. */
export function renderAssignment(name: string, value: string | number): string {
  return `${name}='${String(value).replaceAll("'", "'\\''")}'`;
}
