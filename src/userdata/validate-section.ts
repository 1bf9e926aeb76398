// Validates a module's keys with its schema. A faulty list entry is dropped and reported, the rest is used; never an exception.

import type { GenericSchema } from 'valibot';
import type { ModuleDefinition } from '../core/define.ts';
import { describeType, formatPlace } from '../core/diagnostic.ts';
import type { DiagnosticList } from '../core/diagnostic-list.ts';
import { checkSchema, maxIssues } from './check-schema.ts';
import { collectFindings, type Finding } from './collect-findings.ts';
import { joinAlternatives } from './describe-issue.ts';
import { namePath, quoteKey } from './key-names.ts';
import { type KeyPath, type ModuleSection, makeEmptySection } from './module-section.ts';
import { findNearestKey } from './nearest-key.ts';
import { createPrunedValue, isMap, type PrunedValue } from './pruned-value.ts';
import { findReservedKeys } from './reserved-keys.ts';
import { findKnownKeys, findUnionMessages, hasFreeKeys } from './schema-walk.ts';

/** `source` where the value is not of the document's own source: documents that were put together. */
export type Locate = (path: KeyPath) => { readonly line: number; readonly column: number; readonly source?: string };

export type SectionInput = {
  readonly module: ModuleDefinition;
  /** The module's keys that are present. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly locate: Locate;
  readonly source: string;
  readonly list: DiagnosticList;
  /** Values of the document that count as not given. */
  readonly dropped?: readonly KeyPath[];
};

/** Rounds of dropping faulty entries one by one before whole keys are dropped. */
const maxRounds = 8;

/** Gives what is usable of a module's keys and adds a diagnostic for everything that is not. */
export function validateSection(input: SectionInput): ModuleSection {
  const { module } = input;
  const pruned = createPrunedValue(input.keys);
  const dropped = (input.dropped ?? []).filter(([top]) => top !== undefined && Object.hasOwn(input.keys, top));
  if (dropped.length > 0) pruned.remove(dropped);
  const reserved = findReservedKeys(pruned.value);
  if (reserved.length > 0) {
    for (const path of reserved) reportUnknownKey(input, pruned.toOriginal(path), []);
    pruned.remove(reserved.flatMap((path) => chooseCut({ path, isUnknownKey: true }, module, pruned.value, 0)));
  }
  for (let round = 0; ; round++) {
    const result = checkSchema(module.schema, pruned.value);
    if (result.outcome === 'valid') return makeSection(result.output, pruned, input);
    const keys = Object.keys(pruned.value);
    if (keys.length === 0) return makeEmptySection(module, input.source);
    if (result.outcome === 'hopeless') {
      for (const key of keys) reportHopeless(input, key);
      return makeEmptySection(module, input.source);
    }
    const faulty = collectFindings(result.issues, module.schema).flatMap((finding) => {
      return reportFinding(input, pruned, finding);
    });
    pruned.remove(faulty.flatMap((fault) => chooseCut(fault, module, pruned.value, round)));
  }
}

function makeSection(config: unknown, pruned: PrunedValue, { locate, source }: SectionInput): ModuleSection {
  return {
    config,
    place: (path) => formatPlace({ source, ...locate(pruned.toOriginal(path)) }),
    originalIndex(key, index) {
      const original = pruned.toOriginal([key, index])[1];
      return typeof original === 'number' ? original : index;
    },
    locateDiagnostic(diagnostic, path) {
      const original = pruned.toOriginal(path);
      return { ...diagnostic, source, ...locate(original), ...namePath(original) };
    },
  };
}

type Faulty = { readonly path: KeyPath; readonly isUnknownKey: boolean };

/** Adds the diagnostics of a finding and gives what is faulty, as paths in what is left. */
function reportFinding(input: SectionInput, pruned: PrunedValue, finding: Finding): Faulty[] {
  const { path, key, code } = finding;
  const original = pruned.toOriginal(path);
  if (code === 'unknown-key' && key !== undefined) {
    const known = findKnownKeys(input.module.schema, path);
    const unknown = known.has(key) ? [key] : listUnknownKeys(pruned.value, path, known, key);
    for (const name of unknown) reportUnknownKey(input, [...original, name], known);
    return unknown.map((name) => ({ path: [...path, name], isUnknownKey: true }));
  }
  // A list that lost all its entries was reported by them.
  if (!wasEmptied(input.keys, original, finding.input)) {
    input.list.add('error', () => {
      const place = { code, ...input.locate(original), ...namePath(original) };
      return { ...place, message: describeFinding(finding, input.module.schema) };
    });
  }
  return [{ path, isUnknownKey: false }];
}

function reportHopeless({ list, locate }: SectionInput, key: string): void {
  const message = `more than ${maxIssues} faults in what belongs together with this key; nothing of it is used`;
  list.add('error', () => ({ code: 'limit', ...locate([key]), ...namePath([key]), message }));
}

function describeFinding(finding: Finding, schema: GenericSchema): string {
  const { code, key, path, input, isKey } = finding;
  if (code === 'missing') return `the key ${quoteKey(key ?? '')} is missing`;
  const unionWords = finding.isDerived ? findUnionMessages(schema, path) : [];
  const expected = joinAlternatives(unionWords.length > 0 ? unionWords : finding.expected);
  const hint = looksLikeUnquotedText(input) ? '; text that holds ": " must be quoted' : '';
  return `expected ${expected}${isKey ? ' as a key here' : ''}, found ${describeType(input)}${hint}`;
}

/** `- echo Password: x` is a map to YAML; its only key has blanks in it, as no key has. */
function looksLikeUnquotedText(input: unknown): boolean {
  if (!isMap(input)) return false;
  const [key, ...others] = Object.keys(input);
  return key !== undefined && others.length === 0 && /\S\s+\S/.test(key);
}

function reportUnknownKey({ list, locate, module }: SectionInput, original: KeyPath, known: Iterable<string>): void {
  list.add('error', () => {
    const key = String(original.at(-1));
    const place = { code: 'unknown-key', ...locate(original), ...namePath(original.slice(0, -1)) } as const;
    const names = new Set(known);
    const cost = module.wholeEntries === true ? '; what it belongs to is left out' : '';
    if (names.has(key))
      return { ...place, message: `the key ${quoteKey(key)} cannot stand here beside the others${cost}` };
    const nearest = findNearestKey(key, names);
    const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    return { ...place, message: `unknown key ${quoteKey(key)}${cost}${hint}` };
  });
}

/** Valibot names one unknown key of a map; this gives them all. */
function listUnknownKeys(value: unknown, path: KeyPath, known: ReadonlySet<string>, first: string): string[] {
  const map = resolvePath(value, path);
  if (known.size === 0 || !isMap(map)) return [first];
  return Object.keys(map).filter((key) => !known.has(key));
}

/**
 * What to take away for a faulty path: the smallest list entry around it (a list in a list is one entry: part of a command is
 * no command), or the entry of a top-level map with free keys, or what the module says can stand alone, or the top-level key.
 */
function chooseCut(
  { path, isUnknownKey }: Faulty,
  { schema, separable = 1, wholeEntries = false }: ModuleDefinition,
  value: unknown,
  round: number,
): KeyPath[] {
  const [top] = path;
  if (top === undefined || !isMap(value) || !Object.hasOwn(value, top))
    return Object.keys(value as object).map((key) => [key]);
  if (round >= maxRounds) return [[top]];
  if (isUnknownKey && !wholeEntries && resolvePath(value, path) !== undefined) return [path];
  let end = 0;
  let outer: unknown;
  let here: unknown = value;
  for (const [at, key] of path.entries()) {
    if (Array.isArray(here) && !Array.isArray(outer) && typeof key === 'number' && key < here.length) end = at + 1;
    outer = here;
    here = resolvePath(here, [key]);
  }
  if (end > 0) return [path.slice(0, end)];
  end = Math.min(separable, path.length);
  if (end === 1 && path.length > 1 && isMap(resolvePath(value, [top])) && hasFreeKeys(schema, [top])) end = 2;
  return [path.slice(0, end)];
}

function wasEmptied(keys: unknown, original: KeyPath, left: unknown): boolean {
  if (!Array.isArray(left) || left.length > 0) return false;
  const before = resolvePath(keys, original);
  return Array.isArray(before) && before.length > 0;
}

function resolvePath(value: unknown, path: KeyPath): unknown {
  let here = value;
  for (const key of path) {
    if (Array.isArray(here)) here = here[Number(key)];
    else if (isMap(here) && Object.hasOwn(here, key)) here = here[String(key)];
    else return undefined;
  }
  return here;
}
