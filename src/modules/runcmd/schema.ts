// Key of cloud-init's runcmd.

import * as v from 'valibot';
import { CommandList } from './command-list.ts';

export const Runcmd = v.object({ runcmd: v.optional(CommandList) });
export type Runcmd = v.InferOutput<typeof Runcmd>;
