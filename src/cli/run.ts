// The words of `guest-init run`.

import type { CommandModule } from 'yargs';
import { stages } from '../core/plan.ts';
import { explainBadRoot } from './root-folder.ts';
import { type RunArguments, runCommand } from './run-command.ts';
import { type SourceArguments, sourceOptions } from './source-options.ts';

type Arguments = SourceArguments & { stage?: 'early' | 'late'; force: boolean; root?: string };

export const runCommandModule: CommandModule<object, Arguments> = {
  command: 'run',
  describe: 'Apply what the config drive says to this guest (root)',
  builder: (parser) =>
    sourceOptions(parser)
      .option('stage', {
        choices: stages,
        requiresArg: true,
        describe: 'Only this half of the job; both when left out',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: "Apply again, and even a drive of another machine's",
      })
      .option('root', {
        type: 'string',
        requiresArg: true,
        normalize: true,
        describe:
          'Apply to the unpacked root below this folder; nothing live is touched, network and commands are left out',
      })
      .check(({ root, source, device }) =>
        checkRoot(root as string | undefined, (source ?? device) as string | undefined),
      ) as never,
  handler: async (given) => {
    process.exitCode = await runCommand(toRunArguments(given));
  },
};

/** What the parsed words ask for; absent options stay absent. */
export function toRunArguments({ stage, device, source, force, root }: Arguments): RunArguments {
  return {
    stages: stage === undefined ? stages : [stage],
    force,
    ...(device === undefined ? {} : { device }),
    ...(source === undefined ? {} : { source }),
    ...(root === undefined ? {} : { root }),
  };
}

/** A root that is this machine's own, or none at all, must not be taken for an image; nor a drive of this machine for the image's. */
function checkRoot(root: string | undefined, drive: string | undefined): true | string {
  if (root === undefined) return true;
  const problem = explainBadRoot(root);
  if (problem !== undefined) return problem;
  return drive === undefined ? 'root: needs --source or --device as well' : true;
}
