// Opens the drive for commands that only look: a folder for anybody, a device or the labelled drive for root.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Dmi } from '../core/facts.ts';
import type { Policy } from '../core/policy.ts';
import { datasources } from '../datasources/registry.generated.ts';
import { lookMountPoint, makeRuntimeDirectories } from '../host/drive-mount.ts';
import { completeDrive, discoverDrive, type OpenDrive, openDevice, openFolder } from './discover.ts';

/** Throws AgentError 77 where mounting needs root, 10 when there is no drive. The caller releases what it gets. */
export async function openForReading(options: Options): Promise<OpenDrive> {
  return completeDrive(await open(options));
}

type Options = {
  readonly source?: string;
  readonly device?: string;
  readonly policy: Policy;
  readonly dmi: Dmi;
};

async function open(options: Options): Promise<OpenDrive> {
  const common = {
    datasources,
    datasourceOptions: { adminPassword: options.policy.admin_pass },
    mountPoint: lookMountPoint(),
  };
  if (options.source !== undefined) return openFolder(options.source, common);
  if (process.geteuid?.() !== 0) {
    throw new AgentError(exitCodes.notRoot, 'only root can mount the drive', {
      hint: 'give a folder with its files: --source DIR',
    });
  }
  makeRuntimeDirectories();
  if (options.device !== undefined) return openDevice(options.device, common);
  const drive = await discoverDrive({
    ...common,
    label: options.policy.drive.label,
    dmi: () => options.dmi,
    waitMs: () => 0,
    monotonic: () => 0,
    stopRequested: () => false,
  });
  if (drive !== undefined) return drive;
  throw new AgentError(exitCodes.driveMissing, `no drive labelled ${options.policy.drive.label}`, {
    hint: 'give a folder with its files: --source DIR',
  });
}
