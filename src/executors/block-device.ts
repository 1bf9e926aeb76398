// Disks and partitions as sysfs shows them: sizes, places, who uses them. Costs no command.

import { dirname, resolve } from 'node:path/posix';
import type { Host } from '../host/host.ts';
import { listMounted, listSwaps } from './mounted-file-systems.ts';

/** All sizes and places are in sectors of 512 bytes, whatever the disk's own. */
export type BlockDevice = {
  /** Path of the node itself, no link. */
  readonly node: string;
  /** Name in sysfs. */
  readonly name: string;
  readonly sectors: number;
  readonly readOnly: boolean;
  /** Of a partition. */
  readonly part?: { readonly number: number; readonly start: number; readonly disk: string };
};

const classFolder = '/sys/class/block';

/** The device behind a path below /dev; undefined when there is none, or it is no block device. */
export function readBlockDevice(path: string, host: Host): BlockDevice | undefined {
  const node = followLinks(path, host);
  if (!node.startsWith('/dev/') || host.stat(node)?.kind !== 'other') return undefined;
  return readByName(node.slice('/dev/'.length).replaceAll('/', '!'), host);
}

/** Partitions that the kernel knows of, by their number. */
export function listPartitions(disk: BlockDevice, host: Host): readonly BlockDevice[] {
  return host
    .list(`${classFolder}/${disk.name}`)
    .filter((name) => name.startsWith(disk.name) && readSys(`${disk.name}/${name}/partition`, host) !== undefined)
    .map((name) => readPartition(disk, name, host))
    .sort((a, b) => (a.part?.number ?? 0) - (b.part?.number ?? 0));
}

/** The disk that a partition is of. */
export function readDiskOf(device: BlockDevice, host: Host): BlockDevice | undefined {
  return device.part === undefined ? undefined : readByName(device.part.disk, host);
}

/** Whether the kernel's node of the device is there: udev makes it a moment after the kernel knows of it. */
export function hasNode(device: BlockDevice, host: Host): boolean {
  return host.stat(device.node)?.kind === 'other';
}

/** Who uses the device or one of its partitions, in words; undefined when nobody does. */
export function describeUse(device: BlockDevice, host: Host): string | undefined {
  const all = [device, ...listPartitions(device, host)];
  const numbers = all.map(({ name }) => readSys(`${name}/dev`, host));
  const nodes = all.map(({ node }) => node);
  const mounted = listMounted(host).find(
    (mount) => numbers.includes(mount.device) || nodes.includes(followLinks(mount.source, host)),
  );
  if (mounted !== undefined) return `mounted on ${mounted.mountPoint}`;
  if (listSwaps(host).some((path) => nodes.includes(followLinks(path, host)))) return 'swapped to';
  for (const { name } of all) {
    const [holder] = host.list(`${classFolder}/${name}/holders`);
    if (holder !== undefined) return `part of ${holder}`;
  }
  return undefined;
}

/** The node that a path leads to in the end. */
export function followLinks(path: string, host: Host): string {
  let here = path;
  for (let depth = 0; depth < 8 && here.startsWith('/'); depth += 1) {
    if (host.stat(here)?.kind !== 'symlink') return here;
    here = resolve(dirname(here), host.readLink(here) ?? '');
  }
  return here;
}

function readByName(name: string, host: Host): BlockDevice | undefined {
  const sectors = Number(readSys(`${name}/size`, host) ?? Number.NaN);
  if (!Number.isInteger(sectors)) return undefined;
  const number = readSys(`${name}/partition`, host);
  const device = { node: toNode(name), name, sectors, readOnly: readSys(`${name}/ro`, host) === '1' };
  if (number === undefined) return device;
  // ../../devices/pci0000:00/…/block/vda/vda1
  const disk = (host.readLink(`${classFolder}/${name}`) ?? '').split('/').at(-2) ?? '';
  return { ...device, part: { number: Number(number), start: Number(readSys(`${name}/start`, host) ?? 0), disk } };
}

/** By way of its disk, whose folder has it before the class folder does. */
function readPartition(disk: BlockDevice, name: string, host: Host): BlockDevice {
  const read = (file: string): number => Number(readSys(`${disk.name}/${name}/${file}`, host) ?? 0);
  const part = { number: read('partition'), start: read('start'), disk: disk.name };
  return { node: toNode(name), name, sectors: read('size'), readOnly: disk.readOnly, part };
}

function toNode(name: string): string {
  return `/dev/${name.replaceAll('!', '/')}`;
}

function readSys(path: string, host: Host): string | undefined {
  return host.readText(`${classFolder}/${path}`)?.trim();
}
