// From the name of a device in a document to the device itself.

import type { DeviceName } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import { type BlockDevice, hasNode, listPartitions, readBlockDevice } from './block-device.ts';

/** The disk or partition that is named, without a look at `partition`. */
export function findNamedDevice(name: DeviceName, host: Host): BlockDevice | undefined {
  for (const node of name.nodes) {
    const device = readBlockDevice(node, host);
    if (device !== undefined) return device;
  }
  const found = name.sign === undefined ? undefined : findBySign(name.sign, host);
  return found === undefined ? undefined : readBlockDevice(found, host);
}

/** What is named, down to its partition. */
export function findDevice(name: DeviceName, host: Host): BlockDevice | undefined {
  const device = findNamedDevice(name, host);
  if (device === undefined || name.partition === undefined) return device;
  return findPartition(device, name.partition, host);
}

/** A partition that has its node. */
function findPartition(disk: BlockDevice, number: number, host: Host): BlockDevice | undefined {
  const found = listPartitions(disk, host).find(({ part }) => part?.number === number);
  return found !== undefined && hasNode(found, host) ? found : undefined;
}

/** What a mount of the name means: of a disk with partitions the first one. */
export function findMountable(name: DeviceName, host: Host): BlockDevice | undefined {
  const device = findDevice(name, host);
  if (device === undefined || device.part !== undefined || name.partition !== undefined) return device;
  return findPartition(device, 1, host) ?? device;
}

/** Waits until udev has brought what the kernel knows of; at once where no udev runs. */
export function settleDevices(host: Host): void {
  if (!host.live || host.stat('/run/udev/control') === undefined) return;
  const udevadm = host.which('udevadm');
  if (udevadm !== undefined) host.run([udevadm, 'settle', '--timeout=20'], { timeoutMs: 25_000 });
}

/** `find`, and once more when udev has settled. */
export function findAfterSettling<T>(find: () => T | undefined, host: Host): T | undefined {
  const found = find();
  if (found !== undefined || !host.live) return found;
  settleDevices(host);
  return find();
}

/** How a device is named in messages: as in the document, and what it is where that is something else. */
export function describeDevice({ written }: DeviceName, device: BlockDevice | undefined): string {
  return device === undefined || device.node === written ? written : `${device.node} (${written})`;
}

/** udev's links and database first; blkid(8) where no udev has looked. */
function findBySign(sign: NonNullable<DeviceName['sign']>, host: Host): string | undefined {
  if (sign !== 'swap') {
    const link = `/dev/disk/by-label/${encodeUdevName(sign.label)}`;
    if (host.stat(link) !== undefined) return link;
  }
  if (!host.live) return undefined;
  const folder = '/run/udev/data';
  const entries = host.list(folder).filter((name) => /^b\d+:\d+$/.test(name));
  if (entries.length > 0) {
    if (sign !== 'swap') return undefined;
    const areas = entries.filter((name) => /^E:ID_FS_TYPE=swap$/m.test(host.readText(`${folder}/${name}`) ?? ''));
    const names = areas.map((entry) => readDeviceNumber(entry.slice(1), host));
    // Memory that is swapped to is set up anew at each boot, by somebody else.
    return names.find((name) => name !== undefined && !name.startsWith('/dev/zram'));
  }
  const blkid = host.which('blkid');
  if (blkid === undefined) return undefined;
  const tag = sign === 'swap' ? 'TYPE=swap' : `LABEL=${sign.label}`;
  const { status, stdout } = host.run([blkid, '-c', '/dev/null', '-t', tag, '-o', 'device']);
  return status === 0 ? stdout.split('\n')[0] || undefined : undefined;
}

/** The node of a device number, `major:minor`. */
export function readDeviceNumber(number: string, host: Host): string | undefined {
  const name = /^DEVNAME=(.+)$/m.exec(host.readText(`/sys/dev/block/${number}/uevent`) ?? '')?.[1];
  return name === undefined ? undefined : `/dev/${name}`;
}

/** udev writes characters outside its safe set as \xNN. */
function encodeUdevName(label: string): string {
  return [...Buffer.from(label)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9#+\-.:=@_]/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
