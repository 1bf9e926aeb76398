// Key of cloud-init's seed_random.

import * as v from 'valibot';
import { explainUnusablePath } from '../write-files/guest-path.ts';

const withoutNul = v.check((text: string) => !text.includes('\0'), 'text without NUL characters');

export const RandomSeed = v.object({
  random_seed: v.optional(
    v.strictObject({
      file: v.optional(
        v.pipe(
          v.string('an absolute path'),
          v.rawCheck(({ dataset, addIssue }) => {
            const problem = dataset.typed ? explainUnusablePath(dataset.value) : undefined;
            if (problem !== undefined && !/^\/dev\/u?random$/.test(dataset.value as string))
              addIssue({ message: problem });
          }),
        ),
        '/dev/urandom',
      ),
      data: v.optional(v.union([v.string(), v.instance(Uint8Array)], 'text or !!binary data')),
      encoding: v.optional(
        v.picklist(['raw', 'base64', 'b64', 'gzip', 'gz'], 'an encoding: raw, base64, b64, gzip or gz'),
        'raw',
      ),
      command: v.optional(
        v.pipe(
          v.array(v.pipe(v.string('a word'), withoutNul), 'a list of words'),
          v.minLength(1, 'a command with at least one word'),
        ),
      ),
      command_required: v.optional(v.boolean('true or false'), false),
    }),
  ),
});
export type RandomSeed = v.InferOutput<typeof RandomSeed>;
