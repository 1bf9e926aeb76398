// The contract of a module: a folder that owns some cloud-config keys, their schema and the steps they become.

import type { GenericSchema, InferOutput } from 'valibot';
import type { Diagnostic } from './diagnostic.ts';
import type { Facts } from './facts.ts';
import type { InstanceConfig } from './instance-config.ts';
import type { Step } from './plan.ts';
import type { Policy } from './policy.ts';

/** A problem that a planner sees. `source` is given only for what is not of the document: the file of the drive, where it is known. */
export type PlanningProblem = Omit<Diagnostic, 'source' | 'line' | 'column' | 'path'> & { readonly source?: string };

/** What a module's planner may look at. Everything is data; nothing here can change the guest. */
export type ModuleContext<Config> = {
  /** The module's keys, validated; absent keys are absent. Entries with an error have been dropped and reported. */
  readonly config: Config;
  /** All keys of the same document as the author wrote them, unvalidated. */
  readonly document: Readonly<Record<string, unknown>>;
  /** All keys of the same document as their own modules get them, for the few modules that look at a neighbour's key. */
  readonly validated: Readonly<Record<string, unknown>>;
  readonly instance: InstanceConfig;
  readonly facts: Facts;
  readonly policy: Policy;
  /** Place of a value in the user's file (`user_data:14:5`), by its path in `config`. */
  place(path: readonly (string | number)[]): string;
  /** Index in the user's list of entry `index` of `config[key]`: dropped entries keep their number in step ids. */
  originalIndex(key: string, index: number): number;
  /**
   * Reports a problem that the schema cannot see. `path` is its place in `config`; undefined means that it is a problem of the
   * metadata, of the file `problem.source` where that is known.
   */
  report(problem: PlanningProblem, path: readonly (string | number)[] | undefined): void;
};

export type ModuleDefinition<Schema extends GenericSchema = GenericSchema> = {
  readonly name: string;
  /** The top-level cloud-config keys that belong to this module alone. */
  readonly keys: readonly string[];
  /** Modules whose steps come before this one's, by name; `*`: all that do not say so themselves, and the scripts of user_data. */
  readonly after: readonly string[];
  /** Levels of a top-level map at which a faulty value is left out alone, where it is in no list; 1 (default): the whole key goes. */
  readonly separable?: number;
  /** An unknown key costs the entry, or the top-level key, that it stands in: what is left without it would do something else. */
  readonly wholeEntries?: boolean;
  /** Keys below its own that are recognised, reported and left undone: `users[].doas`. */
  readonly undone?: readonly string[];
  /** Plan even when none of the keys is present (metadata alone gives it work). */
  readonly always?: boolean;
  /** A valibot object whose entries are `keys`, each optional. Custom messages say what is expected: `an octal string such as "0644"`. */
  readonly schema: Schema;
  plan(context: ModuleContext<InferOutput<Schema>>): Step[];
};

/** Types a module definition; the identity function at run time. */
export function defineModule<Schema extends GenericSchema>(
  definition: ModuleDefinition<Schema>,
): ModuleDefinition<Schema> {
  return definition;
}
