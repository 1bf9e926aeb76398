// Key of cloud-init's final_message.

import * as v from 'valibot';

export const FinalMessage = v.object({ final_message: v.optional(v.string('text')) });
export type FinalMessage = v.InferOutput<typeof FinalMessage>;
