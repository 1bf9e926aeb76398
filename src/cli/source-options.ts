// Where the drive is taken from: options that run, plan and rehearse share.

import type { Argv } from 'yargs';

export type SourceArguments = { readonly device?: string; readonly source?: string };

/** Adds --device and --source, which exclude each other. */
export function sourceOptions<T>(parser: Argv<T>): Argv<T> {
  return parser
    .option('device', {
      type: 'string',
      requiresArg: true,
      describe: 'Use this block device instead of looking for a label',
    })
    .option('source', {
      type: 'string',
      requiresArg: true,
      describe: "Use this folder with a drive's files instead of a drive",
    })
    .conflicts('device', 'source') as unknown as Argv<T>;
}
