// The boot sector of a FAT12 or FAT16 whole-disk file system: parameter block, label, serial number (Microsoft FAT
// 1.03, "BPB").
import { FAT_SECTOR_BYTES, type VfatGeometry } from './vfat-geometry.ts';

export const MEDIA_FIXED_DISK = 0xf8;

const SECTORS_PER_TRACK = 32;
const HEADS = 64;

/** Encodes the 512 bytes; `label` is at most 11 ASCII characters, `volumeId` 32 bits. */
export function encodeBootSector(geometry: VfatGeometry, label: string, volumeId: number): Uint8Array {
  const sector = new Uint8Array(FAT_SECTOR_BYTES);
  const view = new DataView(sector.buffer);
  const setText = (offset: number, text: string): void => sector.set(new TextEncoder().encode(text), offset);
  // A jump over the parameters to `int 18h; hlt; jmp`: firmware that tries to boot the drive goes on to the next
  // device.
  sector.set([0xeb, 0x3c, 0x90], 0);
  sector.set([0xcd, 0x18, 0xf4, 0xeb, 0xfd], 62);
  setText(3, 'MSWIN4.1');
  view.setUint16(11, FAT_SECTOR_BYTES, true);
  sector[13] = geometry.sectorsPerCluster;
  view.setUint16(14, geometry.firstFat, true);
  sector[16] = 2;
  view.setUint16(17, geometry.rootEntries, true);
  const fitsShortField = geometry.totalSectors < 0x10000;
  view.setUint16(19, fitsShortField ? geometry.totalSectors : 0, true);
  sector[21] = MEDIA_FIXED_DISK;
  view.setUint16(22, geometry.sectorsPerFat, true);
  view.setUint16(24, SECTORS_PER_TRACK, true);
  view.setUint16(26, HEADS, true);
  view.setUint32(32, fitsShortField ? 0 : geometry.totalSectors, true);
  sector[36] = 0x80;
  sector[38] = 0x29;
  view.setUint32(39, volumeId, true);
  setText(43, label.padEnd(11));
  setText(54, `FAT${geometry.fatBits}`.padEnd(8));
  view.setUint16(510, 0xaa55, true);
  return sector;
}
