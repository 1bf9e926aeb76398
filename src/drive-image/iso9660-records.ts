// Byte forms of ISO 9660: numbers in both byte orders, dates, directory records and path tables (ECMA-119 § 7.2, 7.3,
// 8.4.26, 9.1, 9.4).

export const SECTOR_BYTES = 2048;

/** One directory record; `extent` in sectors, `size` in bytes. */
export type DirectoryRecord = {
  identifier: Uint8Array;
  extent: number;
  size: number;
  isDirectory: boolean;
  time: Date;
  systemUse: Uint8Array;
};

/** One line of a path table; directory numbers start at 1 and the root is its own parent. */
export type PathTableEntry = { identifier: Uint8Array; extent: number; parentNumber: number };

/** Encodes a 16-bit number, little then big endian (§ 7.2.3). */
export function encodeBoth16(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, value, true);
  view.setUint16(2, value, false);
  return bytes;
}

/** Encodes a 32-bit number, little then big endian (§ 7.3.3). */
export function encodeBoth32(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value, true);
  view.setUint32(4, value, false);
  return bytes;
}

/** Encodes a date as the 7 bytes of § 9.1.5, in UTC. */
export function encodeRecordTime(time: Date): Uint8Array {
  return Uint8Array.of(
    time.getUTCFullYear() - 1900,
    time.getUTCMonth() + 1,
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
    0,
  );
}

/** Encodes a date as the 17 bytes of § 8.4.26.1, in UTC; undefined gives "not specified". */
export function encodeVolumeTime(time: Date | undefined): Uint8Array {
  const digits = time === undefined ? '0'.repeat(16) : time.toISOString().replace(/\D/g, '').slice(0, 16);
  return Uint8Array.of(...new TextEncoder().encode(digits), 0);
}

/** Bytes before the system use field of a record with this identifier (§ 9.1), always even. */
export function measureRecordHead(identifier: Uint8Array): number {
  return (33 + identifier.length + 1) & ~1;
}

/** Whole length of a record, always even. */
export function measureRecord(identifier: Uint8Array, systemUseBytes: number): number {
  return (measureRecordHead(identifier) + systemUseBytes + 1) & ~1;
}

/** Encodes one directory record (§ 9.1). Throws when it would not fit the one-byte length. */
export function encodeDirectoryRecord(record: DirectoryRecord): Uint8Array {
  const { identifier, systemUse } = record;
  const length = measureRecord(identifier, systemUse.length);
  if (length > 254) throw new Error(`directory record of ${length} bytes`);
  const bytes = new Uint8Array(length);
  bytes[0] = length;
  bytes.set(encodeBoth32(record.extent), 2);
  bytes.set(encodeBoth32(record.size), 10);
  bytes.set(encodeRecordTime(record.time), 18);
  bytes[25] = record.isDirectory ? 2 : 0;
  bytes.set(encodeBoth16(1), 28);
  bytes[32] = identifier.length;
  bytes.set(identifier, 33);
  bytes.set(systemUse, measureRecordHead(identifier));
  return bytes;
}

/**
 * Places records of these lengths one after another, none across a sector border (§ 6.8.1.1); offsets and whole
 * sectors.
 */
export function placeRecords(lengths: readonly number[]): { offsets: number[]; bytes: number } {
  const offsets: number[] = [];
  let end = 0;
  for (const length of lengths) {
    if ((end % SECTOR_BYTES) + length > SECTOR_BYTES) end = roundToSector(end);
    offsets.push(end);
    end += length;
  }
  return { offsets, bytes: roundToSector(end) };
}

/** Encodes a path table in one byte order (§ 9.4). */
export function encodePathTable(entries: readonly PathTableEntry[], littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(measurePathTable(entries.map(({ identifier }) => identifier)));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { identifier, extent, parentNumber } of entries) {
    bytes[offset] = identifier.length;
    view.setUint32(offset + 2, extent, littleEndian);
    view.setUint16(offset + 6, parentNumber, littleEndian);
    bytes.set(identifier, offset + 8);
    offset += 8 + evenLength(identifier);
  }
  return bytes;
}

/** Bytes of a path table over these identifiers. */
export function measurePathTable(identifiers: readonly Uint8Array[]): number {
  return identifiers.reduce((sum, identifier) => sum + 8 + evenLength(identifier), 0);
}

/** The next multiple of 2048. */
export function roundToSector(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}

function evenLength(identifier: Uint8Array): number {
  return identifier.length + (identifier.length % 2);
}
