// A module's share of a document: its keys, validated, with the way back from each value to its place in the user's file.

import { safeParse } from 'valibot';
import type { ModuleDefinition } from '../core/define.ts';
import { type Diagnostic, formatPlace } from '../core/diagnostic.ts';

export type KeyPath = readonly (string | number)[];

export type ModuleSection = {
  /** What the module's schema gives for what is left after faulty entries were dropped. */
  readonly config: unknown;
  /** Place of a value in the user's file (`user_data:14:5`), by its path in `config`. */
  place(path: KeyPath): string;
  /** Index in the user's list of entry `index` of `config[key]`. */
  originalIndex(key: string, index: number): number;
  /** Gives a problem that the schema cannot see its source, place and key path; `path` is a path in `config`. */
  locateDiagnostic(diagnostic: Omit<Diagnostic, 'source' | 'line' | 'column' | 'path'>, path: KeyPath): Diagnostic;
};

/** The section of a module that no document says anything to: for modules that work from the metadata alone. */
export function makeEmptySection(module: ModuleDefinition, source: string): ModuleSection {
  const result = safeParse(module.schema, {});
  return {
    config: result.success ? result.output : {},
    place: () => formatPlace({ source }),
    originalIndex: (_key, index) => index,
    locateDiagnostic: (diagnostic) => ({ ...diagnostic, source }),
  };
}
