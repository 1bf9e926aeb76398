// Valibot's issues as findings: one for each place, unions folded into the branch that was meant.

import type { BaseIssue, GenericSchema } from 'valibot';
import { checkSchema } from './check-schema.ts';
import { describeExpected, noMessage } from './describe-issue.ts';
import type { KeyPath } from './module-section.ts';
import { isMap } from './pruned-value.ts';
import { findBranches } from './schema-walk.ts';

/** One faulty place. `path` is that of the value, or for `missing` and `unknown-key` that of the map that `key` is about. */
export type Finding = {
  readonly code: 'type' | 'value' | 'missing' | 'unknown-key';
  readonly path: KeyPath;
  readonly key?: string;
  /** Noun phrases, alternatives of each other; `isDerived` when the schema has no words of its own for them. */
  readonly expected: readonly string[];
  readonly isDerived?: true;
  /** The faulty value; only its type may be shown. */
  readonly input: unknown;
  /** The key at the end of `path` is what is faulty, not its value. */
  readonly isKey?: true;
  /** A word that is none of a choice: in a union, a sign that another branch is meant. */
  readonly isOtherWord?: true;
};

/** Turns the issues that `schema` gave into findings, the first for each place. */
export function collectFindings(issues: readonly BaseIssue<unknown>[], schema: GenericSchema): Finding[] {
  return collectBelow({ issues, schema, prefix: [] });
}

type Below = {
  readonly issues: readonly BaseIssue<unknown>[];
  /** The schema that gave the issues, and the path of the value that it was given. */
  readonly schema: GenericSchema;
  readonly prefix: KeyPath;
};

function collectBelow({ issues, schema, prefix }: Below): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const issue of issues) {
    for (const finding of toFindings(issue, schema, prefix)) {
      const place = nameOf(finding);
      if (!byPlace.has(place)) byPlace.set(place, finding);
    }
  }
  return [...byPlace.values()];
}

function toFindings(issue: BaseIssue<unknown>, schema: GenericSchema, prefix: KeyPath): Finding[] {
  const items = issue.path ?? [];
  const below = items.map(({ key }) => key as string | number);
  const path = [...prefix, ...below];
  if (issue.type === 'union') return chooseBranch(issue, findBranches(schema, below) ?? [], path);
  const last = items.at(-1);
  const expected = describeExpected(issue);
  if (issue.type === 'strict_object' && last?.origin === 'key') {
    const container = path.slice(0, -1);
    // A list or binary data passes for an object in valibot; the real fault is its type.
    if (!isMap(last.input)) return [{ code: 'type', path: container, expected: ['a map'], input: last.input }];
    const code = issue.expected === 'never' ? 'unknown-key' : 'missing';
    return [{ code, path: container, key: String(path.at(-1)), expected: [], input: issue.input }];
  }
  if (issue.type === 'object' && last?.origin === 'key') {
    return [{ code: 'missing', path: path.slice(0, -1), key: String(path.at(-1)), expected: [], input: issue.input }];
  }
  const finding: Finding = {
    code: issue.kind === 'schema' && !isOtherWord(issue) ? 'type' : 'value',
    path,
    expected,
    input: issue.input,
    ...(issue.message === noMessage && { isDerived: true }),
    ...(last?.origin === 'key' && { isKey: true }),
    ...(isOtherWord(issue) && { isOtherWord: true }),
  };
  return [finding];
}

/** A string that is none of the words of a choice: it has the right type. */
function isOtherWord({ type, input }: BaseIssue<unknown>): boolean {
  return typeof input === 'string' && ['picklist', 'enum', 'literal'].includes(type);
}

/** The faults of the branch that was meant; when none accepts this type of value, one fault that names what all accept. */
function chooseBranch(issue: BaseIssue<unknown>, branches: readonly GenericSchema[], path: KeyPath): Finding[] {
  const attempts = branches.map((schema) => {
    const check = checkSchema(schema, issue.input);
    return check.outcome === 'faulty' ? collectBelow({ issues: check.issues, schema, prefix: path }) : [];
  });
  const [meant] = attempts.filter((findings) => findings.length > 0 && fits(findings, path)).sort(compareAttempts);
  if (meant !== undefined) return meant;
  const phrases = issue.message === noMessage ? attempts.flat().flatMap(({ expected }) => expected) : [issue.message];
  return [{ code: 'type', path, expected: phrases, input: issue.input }];
}

/** Whether a branch accepts the type of the value: nothing is wrong with the value as a whole but its form. */
function fits(findings: readonly Finding[], path: KeyPath): boolean {
  return findings.every(({ code, key, path: at }) => key !== undefined || code === 'value' || at.length > path.length);
}

/** Fewest faults first; a word that belongs to another branch speaks louder than any key. */
function compareAttempts(a: readonly Finding[], b: readonly Finding[]): number {
  return weigh(a) - weigh(b);
}

function weigh(findings: readonly Finding[]): number {
  return findings.reduce((sum, { isOtherWord }) => sum + (isOtherWord ? 100 : 1), 0);
}

function nameOf(finding: Finding): string {
  return JSON.stringify(finding.key === undefined ? finding.path : [...finding.path, finding.key, finding.code]);
}
