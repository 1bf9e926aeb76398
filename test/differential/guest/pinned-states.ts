// What cloud-init makes of each document, kept: asking it takes seconds. A sample is asked again in every run.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuestState } from './guest-state.ts';

/** Rows that all documents have in common, and those of each one. */
type Pinned = {
  readonly common: Readonly<Record<string, string>>;
  readonly documents: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const file = join(import.meta.dirname, 'cloud-init-states.json');

/** One document in so many is asked again. */
export const sampleOf = 11;

/** By name of the document. */
export function readPinnedStates(): ReadonlyMap<string, GuestState> {
  const { common, documents } = JSON.parse(readFileSync(file, 'utf8')) as Pinned;
  const merge = (rows: Readonly<Record<string, string>>): GuestState => new Map(Object.entries({ ...common, ...rows }));
  return new Map(Object.entries(documents).map(([name, rows]) => [name, merge(rows)]));
}

/** Writes what was found for all documents. */
export function writePinnedStates(states: ReadonlyMap<string, GuestState>): void {
  const all = [...states.values()];
  const isCommon = ([key, value]: [string, string]): boolean => all.every((state) => state.get(key) === value);
  const common = Object.fromEntries([...(all[0] ?? [])].filter(isCommon).sort());
  const documents = Object.fromEntries(
    [...states]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, state]) => [
        name,
        Object.fromEntries([...state].filter(([key]) => !Object.hasOwn(common, key)).sort()),
      ]),
  );
  writeFileSync(file, `${JSON.stringify({ common, documents } satisfies Pinned, null, 1)}\n`);
}
