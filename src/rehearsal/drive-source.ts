// Which drive a rehearsal uses: an image of a folder, a device of this machine, or the one that a run would find.

import { statSync } from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { buildIso9660, findIso9660Problems } from '../drive-image/iso9660.ts';
import { type DriveTree, describeProblems } from '../drive-image/tree.ts';
import {
  findLabelledByInventory,
  findLabelledByProbe,
  findLabelledByUdev,
  listOpticalDrives,
} from '../host/block-devices.ts';
import type { ImageFileSystem } from './requirements.ts';
import type { DriveRecipe } from './stage-script.ts';

export type DriveSource = {
  readonly recipe: DriveRecipe;
  /** Content of the drive for recipe `image`. */
  readonly image?: Uint8Array;
  /** Name of its node in the guest's /dev. */
  readonly node: string;
};

/** `folder` is absolute, `tree` what it holds. Throws AgentError 12 for what no drive can hold. */
export function imageOfFolder(given: {
  folder: string;
  tree: DriveTree;
  label: string;
  fileSystem: ImageFileSystem;
}): DriveSource {
  const { folder, tree, label, fileSystem } = given;
  if (fileSystem === 'iso9660') {
    const options = { label, time: new Date() };
    const problems = findIso9660Problems(tree, options);
    if (problems.length > 0)
      throw new AgentError(exitCodes.driveUnreadable, `${folder}: ${describeProblems(problems)}`);
    return { recipe: { kind: 'image' }, image: buildIso9660(tree, options), node: 'sr0' };
  }
  let bytes = 0;
  const folders = new Set<string>();
  for (const [path, content] of tree) {
    // Whole blocks of 1 KiB.
    bytes += Math.ceil(content.length / 1024) * 1024;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at));
  }
  const inodes = 2 * (tree.size + folders.size) + 64;
  const kib = 1024 + Math.ceil((bytes * 1.1) / 1024) + Math.ceil(inodes / 4) + 4 * folders.size;
  return { recipe: { kind: 'ext4', folder, label, kib, inodes }, node: 'vdb' };
}

/** Throws AgentError 12 when it is no block device. */
export function driveOfDevice(path: string): DriveSource {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isBlockDevice()) {
    throw new AgentError(
      exitCodes.driveUnreadable,
      `${path}: ${stat === undefined ? 'no such device' : 'not a block device'}`,
    );
  }
  return { recipe: { kind: 'device', path }, node: path.split('/').at(-1) ?? 'sr0' };
}

/** The device that carries the label, else the only optical drive. Throws AgentError 10 when there is none, 11 when there are several. */
export async function findDriveDevice(label: string): Promise<string> {
  let devices = findLabelledByUdev(label);
  if (devices.length === 0) devices = findLabelledByProbe(label) ?? (await findLabelledByInventory(label));
  if (devices.length === 0) devices = listOpticalDrives();
  const [only] = devices;
  if (only !== undefined && devices.length === 1) return only;
  if (only === undefined) {
    throw new AgentError(exitCodes.driveMissing, `no drive labelled ${label} on this machine`, {
      hint: "give a folder with a drive's files: guest-init rehearse --source DIR",
    });
  }
  throw new AgentError(exitCodes.driveAmbiguous, `${devices.length} drives may be meant: ${devices.join(', ')}`, {
    hint: `guest-init rehearse --device ${only}`,
  });
}
