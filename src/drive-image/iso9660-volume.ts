// Volume descriptors: primary, supplementary (Joliet) and terminator (ECMA-119 § 8.3, 8.4, 8.5).
import { encodeBoth16, encodeBoth32, encodeVolumeTime, SECTOR_BYTES } from './iso9660-records.ts';
import { encodeJolietField, JOLIET_ESCAPE_SEQUENCE } from './joliet.ts';

/** Everything that the two descriptors say; sectors are absolute, sizes in bytes. */
export type VolumeDescription = {
  label: string;
  publisher: string;
  time: Date;
  volumeSectors: number;
  pathTableBytes: number;
  littleEndianPathTable: number;
  bigEndianPathTable: number;
  rootRecord: Uint8Array;
};

type FieldEncoder = (text: string, length: number) => Uint8Array;

const SYSTEM_IDENTIFIER = 'LINUX';
const APPLICATION_IDENTIFIER = 'GUEST-INIT';

/**
 * Encodes the primary volume descriptor. The label keeps its case although § 8.4.6 has no lower case: readers look
 * for `config-2`.
 */
export function encodePrimaryDescriptor(volume: VolumeDescription): Uint8Array {
  return encodeDescriptor(1, volume, encodeAsciiField);
}

/** Encodes the Joliet descriptor; a label longer than 16 characters is cut there, as the field is. */
export function encodeJolietDescriptor(volume: VolumeDescription): Uint8Array {
  const sector = encodeDescriptor(2, volume, encodeJolietField);
  sector.set(JOLIET_ESCAPE_SEQUENCE, 88);
  return sector;
}

/** Encodes the sector that ends the descriptors. */
export function encodeTerminator(): Uint8Array {
  return startDescriptor(255);
}

function encodeDescriptor(type: number, volume: VolumeDescription, encodeText: FieldEncoder): Uint8Array {
  const sector = startDescriptor(type);
  const view = new DataView(sector.buffer);
  sector.set(encodeText(SYSTEM_IDENTIFIER, 32), 8);
  sector.set(encodeText(volume.label, 32), 40);
  sector.set(encodeBoth32(volume.volumeSectors), 80);
  sector.set(encodeBoth16(1), 120);
  sector.set(encodeBoth16(1), 124);
  sector.set(encodeBoth16(SECTOR_BYTES), 128);
  sector.set(encodeBoth32(volume.pathTableBytes), 132);
  view.setUint32(140, volume.littleEndianPathTable, true);
  view.setUint32(148, volume.bigEndianPathTable, false);
  sector.set(volume.rootRecord, 156);
  sector.set(encodeText('', 128), 190);
  sector.set(encodeText(volume.publisher, 128), 318);
  sector.set(encodeText('', 128), 446);
  sector.set(encodeText(APPLICATION_IDENTIFIER, 128), 574);
  for (const offset of [702, 739, 776]) sector.set(encodeText('', 37), offset);
  sector.set(encodeVolumeTime(volume.time), 813);
  sector.set(encodeVolumeTime(volume.time), 830);
  sector.set(encodeVolumeTime(undefined), 847);
  sector.set(encodeVolumeTime(volume.time), 864);
  sector[881] = 1;
  return sector;
}

function startDescriptor(type: number): Uint8Array<ArrayBuffer> {
  const sector = new Uint8Array(SECTOR_BYTES);
  sector[0] = type;
  sector.set(new TextEncoder().encode('CD001'), 1);
  sector[6] = 1;
  return sector;
}

function encodeAsciiField(text: string, length: number): Uint8Array {
  return new TextEncoder().encode(text.slice(0, length).padEnd(length, ' '));
}
