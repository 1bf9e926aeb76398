// Keys of cloud-init's snap.

import * as v from 'valibot';
import { byForm } from '../users/forms.ts';

const Assertion = v.pipe(v.string('a signed assertion'), v.nonEmpty('a signed assertion'));

const expected = 'a command: a string, or a list of its words';
const withoutNul = v.check((text: string) => !text.includes('\0'), 'text without NUL characters');
const Word = v.union([v.pipe(v.string(), withoutNul), v.pipe(v.number(), v.finite())], 'a string or a number');
const Command = v.union([v.pipe(v.string(), withoutNul), v.pipe(v.array(Word), v.minLength(1))], expected);

export const Snap = v.object({
  snap: v.optional(
    v.strictObject({
      assertions: v.optional(
        byForm({
          text: v.never('a list or map of assertions'),
          list: v.array(Assertion),
          map: v.record(v.string(), Assertion),
          expected: 'a list or map of assertions',
        }),
      ),
      commands: v.optional(
        byForm({
          text: v.never('a list or map of commands'),
          list: v.array(Command),
          map: v.record(v.string(), Command),
          expected: 'a list or map of commands',
        }),
      ),
    }),
  ),
});
export type Snap = v.InferOutput<typeof Snap>;
