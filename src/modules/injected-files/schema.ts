// Personality files come with the metadata: there is no key in a document.

import * as v from 'valibot';

export const InjectedFiles = v.object({});
export type InjectedFiles = v.InferOutput<typeof InjectedFiles>;
