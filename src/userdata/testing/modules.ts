// Small modules for the tests of the engine, and documents put before them.

import * as v from 'valibot';
import { defineModule, type ModuleDefinition } from '../../core/define.ts';
import { formatPlace } from '../../core/diagnostic.ts';
import { type Interpretation, interpretUserData } from '../interpret.ts';

const path = v.pipe(v.string(), v.regex(/^\//, 'an absolute path'));
const file = v.strictObject({
  path,
  content: v.optional(v.string()),
  permissions: v.optional(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^[0-7]{3,4}$/))], 'an octal string such as "0644"'),
  ),
  encoding: v.optional(v.picklist(['b64', 'gz'])),
  tries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});
const files = define('files', v.object({ write_files: v.optional(v.array(file)) }));
const commands = define(
  'commands',
  v.object({ runcmd: v.optional(v.array(v.union([v.string(), v.array(v.string()), v.null()]))) }),
);
const people = define(
  'people',
  v.object({
    users: v.optional(
      v.array(
        v.union([
          v.pipe(v.string(), v.regex(/^[a-z]+$/, 'a user name')),
          v.pipe(
            v.strictObject({ name: v.string(), age: v.optional(v.number()), keys: v.optional(v.array(v.string())) }),
            v.check(({ name }) => name !== 'nobody', 'another user than nobody'),
          ),
        ]),
      ),
    ),
    groups: v.optional(
      v.union([v.string(), v.record(v.pipe(v.string(), v.regex(/^[a-z]+$/, 'a group name')), v.array(v.string()))]),
    ),
  }),
);
const always: ModuleDefinition = {
  ...define('always', v.object({ locale: v.optional(v.string(), 'C') })),
  always: true,
};
export const modules: readonly ModuleDefinition[] = [files, commands, people, always];

function define(name: string, schema: v.ObjectSchema<v.ObjectEntries, undefined>): ModuleDefinition {
  return defineModule({
    name,
    keys: Object.keys(schema.entries),
    after: [],
    schema,
    plan: () => [],
  }) as ModuleDefinition;
}

/** Interprets a cloud-config document whose first line is put before `body`. */
export function interpret(body: string): Interpretation {
  return interpretUserData({ bytes: Buffer.from(`#cloud-config\n${body}`), source: 'u' }, modules);
}

/** The diagnostics of such a document, one line each. */
export function listProblems(body: string): string[] {
  return interpret(body).diagnostics.map((diagnostic) => {
    const { severity, code, message } = diagnostic;
    return `${formatPlace(diagnostic)} ${severity} ${diagnostic.path ?? '-'}: ${message} (${code})`;
  });
}
