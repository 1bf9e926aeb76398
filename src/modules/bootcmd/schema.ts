// Key of cloud-init's bootcmd.

import * as v from 'valibot';
import { CommandList } from '../runcmd/command-list.ts';

export const Bootcmd = v.object({ bootcmd: v.optional(CommandList) });
export type Bootcmd = v.InferOutput<typeof Bootcmd>;
