// "## template: jinja": a part to the text that it stands for, with the way back from each line to the template's own.

import type { Diagnostic } from '../../core/diagnostic.ts';
import { indexLines, type Place } from '../../yaml/line-index.ts';
import { findNearestKey } from '../nearest-key.ts';
import type { Part } from '../part-format.ts';
import { evaluateTemplate, type Segment } from './evaluate.ts';
import { TemplateError } from './lexer.ts';
import { parseTemplate } from './parse-template.ts';
import { type Dict, isDict, toValue, type Value } from './values.ts';

export type RenderedPart =
  | {
      readonly ok: true;
      readonly text: string;
      toTemplate(place: Place): Place;
      /** Names that a condition looks at and that are not defined. */
      readonly notes: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly problems: readonly Diagnostic[] };

/** Renders the text after the header line. Every name that is not defined and printed is a problem of its own; in a condition, a note. */
export function renderTemplate(part: Part, names: Readonly<Record<string, unknown>>): RenderedPart {
  const { source, text } = part;
  const start = findBody(part);
  const placeOf = indexLines(text);
  const problem = (at: number, code: Diagnostic['code'], message: string): Diagnostic => {
    return { severity: 'error', code, source, ...placeOf(start + at), message };
  };
  const dict = toValue(names);
  if (!isDict(dict)) throw new Error('the names of a template are a map');
  try {
    const { segments, missing, absent } = evaluateTemplate(parseTemplate(text.slice(start)), dict);
    if (missing.length === 0) {
      const notes = absent.map(({ name, at, counts }): Diagnostic => {
        const message = `${describeMissing(name, dict)} (here it counts ${counts})`;
        return { severity: 'note', code: 'missing', source, ...placeOf(start + at), message };
      });
      return { ok: true, notes, ...joinSegments(segments, (at) => placeOf(start + at)) };
    }
    return { ok: false, problems: missing.map(({ name, at }) => problem(at, 'missing', describeMissing(name, dict))) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { ok: false, problems: [problem(error.at, 'syntax', error.message)] };
  }
}

/** Checks what can be checked without the names: the syntax. */
export function checkTemplate(part: Part): Diagnostic[] {
  const start = findBody(part);
  try {
    parseTemplate(part.text.slice(start));
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const place = indexLines(part.text)(start + error.at);
    return [{ severity: 'error', code: 'syntax', source: part.source, ...place, message: error.message }];
  }
}

/** Behind the header line, where there is one: a part whose type says what it is may begin at once. */
function findBody({ text, headerOffset }: Part): number {
  if (!/^##\s*template\s*:/i.test(text.slice(headerOffset, headerOffset + 40))) return 0;
  const lineEnd = text.indexOf('\n', headerOffset);
  return lineEnd < 0 ? text.length : lineEnd + 1;
}

function describeMissing(name: string, names: Dict): string {
  const path = name.split('.');
  let here: Value = names;
  let known: string[] = [];
  for (const key of path) {
    if (!isDict(here)) break;
    known = [...here.keys()];
    const next: Value | undefined = here.get(key);
    if (next === undefined) {
      const nearest = findNearestKey(key, known);
      return `"${name}" is not defined${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
    }
    here = next;
  }
  return `"${name}" is not defined`;
}

function joinSegments(
  segments: readonly Segment[],
  placeOf: (at: number) => Place,
): { text: string; toTemplate(place: Place): Place } {
  const text = segments.map((segment) => segment.text).join('');
  const offsets: number[] = [];
  let end = 0;
  for (const segment of segments) {
    offsets.push(end);
    end += segment.text.length;
  }
  let lineStarts: number[] | undefined;
  return {
    text,
    toTemplate({ line, column }) {
      lineStarts ??= findLineStarts(text);
      const offset = Math.min((lineStarts[line - 1] ?? text.length) + column - 1, text.length);
      let low = 0;
      let high = segments.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((offsets[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      const segment = segments[low];
      if (segment === undefined) return { line: 1, column: 1 };
      return placeOf(segment.at + (segment.isLiteral ? offset - (offsets[low] ?? 0) : 0));
    },
  };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
