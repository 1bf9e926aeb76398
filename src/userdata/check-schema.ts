// One run of a schema with bounded memory: a small document can hold enough faults to exhaust a small guest.

import type { BaseIssue, Config, GenericSchema } from 'valibot';
import { noMessage } from './describe-issue.ts';

/** Faults found in one run before it is given up; forms of a union that did not fit count too. */
export const maxIssues = 10_000;

export type SchemaCheck =
  | { readonly outcome: 'valid'; readonly output: unknown }
  | { readonly outcome: 'faulty'; readonly issues: readonly BaseIssue<unknown>[] }
  | { readonly outcome: 'hopeless' };

/** Checks a value; `hopeless` when there are too many faults to list. */
export function checkSchema(schema: GenericSchema, value: unknown): SchemaCheck {
  let count = 0;
  const config: Config<BaseIssue<unknown>> = {
    message: noMessage,
    abortEarly: false,
    abortPipeEarly: false,
    // Read once for every issue that is made: the one place where they can be counted.
    get lang() {
      count++;
      if (count > maxIssues) throw tooMany;
      return undefined;
    },
  };
  try {
    const dataset = schema['~run']({ value }, config);
    if (dataset.issues !== undefined) return { outcome: 'faulty', issues: dataset.issues };
    return { outcome: 'valid', output: dataset.value };
  } catch (error) {
    if (error === tooMany) return { outcome: 'hopeless' };
    throw error;
  }
}

const tooMany = Symbol('too many issues');
