// guest-init rehearse: the whole job for real, on a throw-away copy of this machine in namespaces, and a table of what it did.

import { realpathSync } from 'node:fs';
import { constants } from 'node:os';
import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import { datasources } from '../datasources/registry.generated.ts';
import type { DriveTree } from '../drive-image/tree.ts';
import { createRealHost } from '../host/real.ts';
import { parseAddress } from '../network/address.ts';
import { openFolder } from '../pipeline/discover.ts';
import { loadPolicy } from '../pipeline/policy-file.ts';
import { type DriveSource, driveOfDevice, findDriveDevice, imageOfFolder } from '../rehearsal/drive-source.ts';
import { type Rehearsal, rehearse } from '../rehearsal/rehearse.ts';
import { chooseImageFileSystem, requireRehearsal } from '../rehearsal/requirements.ts';
import { readDriveFolder } from './drive-folder.ts';
import { printRehearsal } from './rehearse-text.ts';
import { reportFailure } from './report-failure.ts';
import { type SourceArguments, sourceOptions } from './source-options.ts';
import { writeOutput } from './standard-output.ts';

type Arguments = SourceArguments & { gateway?: string; json: boolean };

export const rehearseCommand: CommandModule<object, Arguments> = {
  command: 'rehearse',
  describe: 'Do the whole job on a throw-away copy of this machine and show what changed (root)',
  builder: (parser) =>
    sourceOptions(parser)
      .option('gateway', {
        type: 'string',
        requiresArg: true,
        describe: 'Let the far end own this address instead of the planned gateway',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'The same facts as JSON; the lines of the run go to standard error',
      }) as never,
  handler: async (options) => {
    process.exitCode = await reportFailure(async () => {
      const rehearsal = await hold(options);
      writeOutput(options.json ? `${JSON.stringify(rehearsal, null, 2)}\n` : printRehearsal(rehearsal));
      return rehearsal.exitCode;
    });
  },
};

async function hold({ source, device, gateway, json }: Arguments): Promise<Rehearsal> {
  if (gateway !== undefined && parseAddress(gateway) === undefined) {
    throw new AgentError(exitCodes.usage, 'gateway: expected an IP address');
  }
  const fileSystem = source === undefined ? undefined : chooseImageFileSystem();
  requireRehearsal({ imageFileSystem: fileSystem });
  const host = createRealHost();
  const policy = await loadPolicy(host);
  const { label } = policy.drive;
  let drive: DriveSource;
  let description: string;
  if (source === undefined || fileSystem === undefined) {
    description = device ?? (await findDriveDevice(label));
    drive = driveOfDevice(description);
  } else {
    // Says what is wrong with the folder in the folder's own terms.
    openFolder(source, { datasources, datasourceOptions: { adminPassword: policy.admin_pass } });
    drive = imageOfFolder({ folder: realpathSync(source), tree: readTree(source), label, fileSystem });
    description = `${source} as ${fileSystem}`;
  }
  return rehearse({
    host,
    policy,
    source: drive,
    description,
    ...(gateway === undefined ? {} : { gateway }),
    output: json ? 2 : 1,
    onStart: (stop) => {
      // Nothing in it is worth an orderly end: it is taken down, and that is all there is to clean up.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          void stop().finally(() => {
            process.stderr.write('guest-init: rehearsal stopped; nothing of it is left\n');
            process.exit(128 + constants.signals[signal]);
          });
        });
      }
    },
  });
}

function readTree(folder: string): DriveTree {
  try {
    return readDriveFolder(folder);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(exitCodes.driveUnreadable, error.message);
  }
}
