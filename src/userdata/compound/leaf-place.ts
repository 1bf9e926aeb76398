// Places in text that a template wrote.

import type { Diagnostic } from '../../core/diagnostic.ts';
import type { LocatedLeaf } from './unpack.ts';

/** A diagnostic about rendered text, at the line of the template that wrote it. */
export function placeInTemplate(problem: Diagnostic, toFile: LocatedLeaf['toFile']): Diagnostic {
  const { line, column } = problem;
  return line === undefined || toFile === undefined
    ? problem
    : { ...problem, ...toFile({ line, column: column ?? 1 }) };
}
