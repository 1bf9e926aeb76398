// The last partition of a disk, or one with free room behind it, made larger: by growpart(1), else by sfdisk(8). Its start stays.

import type { GrowPartitionAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { type BlockDevice, listPartitions, readBlockDevice, readDiskOf } from './block-device.ts';
import { requireTool, runTool } from './device-content.ts';
import { findAfterSettling, readDeviceNumber, settleDevices } from './device-lookup.ts';
import type { Executor } from './executor.ts';
import { findMounted } from './mounted-file-systems.ts';

/** Sectors at the end of a disk that a GUID partition table needs for its copy. */
const tableCopy = 33;
/** Less than this is alignment, not room: 1 MiB, as growpart(1) has it. */
const leastRoom = 2048;

type Place = { readonly part: BlockDevice; readonly disk: BlockDevice; readonly number: number; readonly room: number };

export const growPartition: Executor<GrowPartitionAction> = {
  inspect(action, host) {
    if (isSwitchedOff(action, host)) return { state: 'same' };
    const place = findPlace(action, host);
    if (typeof place === 'string') return { state: 'unknown', changes: [{ op: '~', what: place }] };
    if (place.room < leastRoom) return { state: 'same' };
    const { part, room } = place;
    const what = `${part.node}  ${formatSize(part.sectors)} -> ${formatSize(part.sectors + room)}`;
    return { state: 'differs', changes: [{ op: '~', what }] };
  },

  apply(action, host) {
    const isNamed = action.place.startsWith('/dev/');
    if (isNamed && findAfterSettling(() => readBlockDevice(action.place, host), host) === undefined)
      throw new AgentError(exitCodes.internal, `${action.place}: no such block device`);
    const place = findPlace(action, host);
    if (typeof place === 'string') return { idle: true, message: place };
    if (place.room < leastRoom) return { idle: true };
    const { part, disk, number } = place;
    const growpart = host.which('growpart');
    if (growpart !== undefined) runGrowpart(growpart, place, host);
    else if (action.tool === 'growpart') requireTool('growpart', 'cloud-guest-utils', host);
    else runSfdisk(place, host);
    settleDevices(host);
    const now = listPartitions(disk, host).find((found) => found.part?.number === number);
    if (now === undefined || now.part?.start !== part.part?.start)
      throw new AgentError(exitCodes.internal, `${part.node}: not where it was in the partition table any more`);
    if (now.sectors <= part.sectors) {
      throw new AgentError(exitCodes.internal, `${part.node}: the kernel shows no larger partition`, {
        hint: 'the next boot will',
      });
    }
    return { message: `${formatSize(part.sectors)} -> ${formatSize(now.sectors)}` };
  },
};

function isSwitchedOff({ unlessExists }: GrowPartitionAction, host: Host): boolean {
  return !host.live || (unlessExists !== undefined && host.stat(unlessExists) !== undefined);
}

/** The partition and the free room behind it in sectors of 512 bytes; a text says why there is none. */
function findPlace({ place }: GrowPartitionAction, host: Host): Place | string {
  const path = place.startsWith('/dev/') ? place : findSource(place, host);
  if (path === undefined) return `${place}: nothing is mounted there`;
  const part = readBlockDevice(path, host);
  if (part === undefined) {
    return place.startsWith('/dev/') ? `${place}: no such block device` : `${place}: ${path} is no block device`;
  }
  if (part.part === undefined) return `${part.node} is no partition`;
  const disk = readDiskOf(part, host);
  if (disk === undefined) return `${part.node}: its disk is not known`;
  const { number, start } = part.part;
  const later = listPartitions(disk, host).flatMap((other) =>
    other.part !== undefined && other.part.start > start ? [other.part.start] : [],
  );
  const end = Math.min(disk.sectors - tableCopy, ...later);
  return { part, disk, number, room: Math.max(0, end - (start + part.sectors)) };
}

/** Where the root was mounted by the kernel itself it is called /dev/root, which is nowhere. */
function findSource(mountPoint: string, host: Host): string | undefined {
  const mounted = findMounted(mountPoint, host);
  if (mounted === undefined || (mounted.source.startsWith('/dev/') && mounted.source !== '/dev/root'))
    return mounted?.source;
  return readDeviceNumber(mounted.device, host) ?? mounted.source;
}

function runGrowpart(growpart: string, { disk, number, part }: Place, host: Host): void {
  const result = host.run([growpart, disk.node, String(number)], { timeoutMs: 60_000 });
  // 1: NOCHANGE.
  if (result.status === 0 || (result.status === 1 && /NOCHANGE/.test(result.stdout))) return;
  const line = /^FAILED: (.*)$/m.exec(result.stderr + result.stdout)?.[1] ?? result.stderr.trim().split('\n').at(-1);
  throw new AgentError(
    exitCodes.internal,
    `${part.node}: growpart exited ${result.status}: ${line ?? ''}`.slice(0, 300),
  );
}

function runSfdisk({ disk, number, part }: Place, host: Host): void {
  const sfdisk = requireTool('sfdisk', 'fdisk (or cloud-guest-utils)', host);
  const partx = requireTool('partx', 'util-linux', host);
  // The disk is in use; what the kernel must know is told to it afterwards, for this one partition.
  const argv = [sfdisk, '--no-reread', '--no-tell-kernel', '--wipe', 'never', '-N', String(number), disk.node];
  runTool(argv, part.node, host, { input: ', +\n' });
  runTool([partx, '--update', '--nr', String(number), disk.node], part.node, host);
}

function formatSize(sectors: number): string {
  const mib = sectors / 2048;
  return mib >= 10_240 ? `${(mib / 1024).toFixed(1)} GiB` : `${Math.floor(mib)} MiB`;
}
