// Block devices as systeminformation lists them. Half a megabyte of code, loaded only where neither udev nor blkid can answer.

import { blockDevices } from 'systeminformation';

/** Device paths and volume labels; a label is empty where lsblk shows none. */
export async function listInventory(): Promise<readonly { path: string; label: string }[]> {
  const devices = await blockDevices();
  return devices.map(({ name, label }) => ({ path: `/dev/${name}`, label: label ?? '' }));
}
