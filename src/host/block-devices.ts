// Where a config drive may be: udev's by-label links and database, else block devices probed by blkid, else optical drives by name.

import * as fs from 'node:fs';
import { findCommand, runCommand } from './commands.ts';

const blkidTimeoutMs = 20_000;

/** Devices whose file system carries `label` in any case, as udev sees them. Costs no spawn. */
export function findLabelledByUdev(label: string): readonly string[] {
  return unique([...readByLabelLinks(label), ...readUdevDatabase(label)]);
}

/** Whether udev has events to deal with, as `udevadm settle` sees it: what is on a device now may not be its last word. */
export function isUdevBusy(): boolean {
  return fs.existsSync('/run/udev/queue');
}

/** Devices whose file system carries `label`, probed now: blkid's cache may name devices that are gone. Undefined: no blkid here. */
export function findLabelledByProbe(label: string): readonly string[] | undefined {
  const blkid = findCommand('blkid', '');
  if (blkid === undefined) return undefined;
  const devices = listBlockDevices();
  if (devices.length === 0) return [];
  const { stdout } = runCommand([blkid, '-p', '-o', 'export', ...devices], { timeoutMs: blkidTimeoutMs });
  return parseBlkid(stdout)
    .filter((device) => sameLabel(device.label, label))
    .map((device) => device.name);
}

/** Optical drives by their customary names: where nothing can tell labels, the content decides. */
export function listOpticalDrives(): readonly string[] {
  const names = listFolder('/dev').filter((name) => /^(cdrom|sr)\d*$/.test(name));
  return unique(names.map((name) => resolveDevice(`/dev/${name}`)).filter((path) => path !== undefined));
}

/** Block devices with a medium, from lsblk by way of systeminformation: the last resort where neither udev nor blkid can answer. */
export async function findLabelledByInventory(label: string): Promise<readonly string[]> {
  const { listInventory } = await import('./inventory.ts');
  const devices = await listInventory();
  return devices
    .filter((device) => sameLabel(device.label, label))
    .map(({ path }) => path)
    .filter((path) => resolveDevice(path) !== undefined);
}

/** Block devices of the kernel that have a size and a node in /dev; RAM disks and device-mapper internals left out. */
export function listBlockDevices(): readonly string[] {
  return listFolder('/sys/class/block')
    .filter((name) => !/^(ram|zram|fd|nbd)\d/.test(name))
    .filter((name) => readSmall(`/sys/class/block/${name}/size`).trim() !== '0')
    .map((name) => `/dev/${name.replaceAll('!', '/')}`)
    .filter((path) => resolveDevice(path) !== undefined);
}

/** `blkid -o export`: NAME=value lines, one empty line between devices, DEVNAME first. */
export function parseBlkid(text: string): readonly { name: string; label: string }[] {
  return text
    .split(/\n\s*\n/)
    .map((block) => ({
      name: /^DEVNAME=(.*)$/m.exec(block)?.[1] ?? '',
      label: (/^LABEL=(.*)$/m.exec(block)?.[1] ?? '').replace(/\\(.)/g, '$1'),
    }))
    .filter((device) => device.name !== '');
}

function readByLabelLinks(label: string): string[] {
  const folder = '/dev/disk/by-label';
  return listFolder(folder)
    .filter((name) => sameLabel(decodeUdevName(name), label))
    .map((name) => resolveDevice(`${folder}/${name}`))
    .filter((path) => path !== undefined);
}

// Of two drives with the same label only one gets the by-label link; the database knows both.
function readUdevDatabase(label: string): string[] {
  const folder = '/run/udev/data';
  return listFolder(folder)
    .filter((name) => /^b\d+:\d+$/.test(name))
    .filter((name) => {
      const found = /^E:ID_FS_LABEL=(.*)$/m.exec(readSmall(`${folder}/${name}`))?.[1];
      return found !== undefined && sameLabel(found, label);
    })
    .map((name) => /^DEVNAME=(.*)$/m.exec(readSmall(`/sys/dev/block/${name.slice(1)}/uevent`))?.[1])
    .map((name) => (name === undefined ? undefined : resolveDevice(`/dev/${name}`)))
    .filter((path) => path !== undefined);
}

function sameLabel(found: string, wanted: string): boolean {
  return found.trim().toLowerCase() === wanted.toLowerCase();
}

/** udev writes characters outside its safe set as \xNN. */
function decodeUdevName(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The device node itself, so that two links to one device count once; undefined when it is not a block device. */
function resolveDevice(path: string): string | undefined {
  try {
    const real = fs.realpathSync(path);
    return fs.statSync(real).isBlockDevice() ? real : undefined;
  } catch {
    return undefined;
  }
}

function listFolder(path: string): string[] {
  try {
    return fs.readdirSync(path).sort();
  } catch {
    return [];
  }
}

function readSmall(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
