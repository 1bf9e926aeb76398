// Rock Ridge fields that give back POSIX names, modes and times: SP, CE, ER of SUSP 1.12; RR, PX, TF, NM of RRIP 1.10
// (1991A).
// The RR field left RRIP later, but Linux and isoinfo still read it; PX has the 36-byte form that goes with RRIP_1991A.
import { encodeBoth32, encodeRecordTime } from './iso9660-records.ts';

/** Every file can be read by all and written by none, as on a drive that Nova makes. */
const FILE_MODE = 0o100444;
const DIRECTORY_MODE = 0o040555;
const CONTINUATION_FIELD_BYTES = 28;
const NAME_BYTES_PER_FIELD = 250;

/** What a record tells about its node. */
export type RockRidgeEntry = {
  /** The POSIX name; undefined for `.` and `..`, which have no NM field. */
  name: string | undefined;
  isDirectory: boolean;
  linkCount: number;
  time: Date;
  /** True for `.` of the root alone, where SP and ER stand. */
  announces: boolean;
};

/** The fields of one record, split between the record itself and the continuation area. */
export type RockRidgeFields = { inline: Uint8Array; continued: Uint8Array };

/**
 * Builds the fields of one record so that `inline`, with the CE field when anything is continued, fits `capacity`
 * bytes.
 */
export function buildRockRidgeFields(entry: RockRidgeEntry, capacity: number): RockRidgeFields {
  const fields = [
    ...(entry.announces ? [encodeSharingField()] : []),
    encodePresenceField(entry.name !== undefined),
    encodeModeField(entry),
    encodeTimeField(entry.time),
    ...(entry.name === undefined ? [] : encodeNameFields(entry.name)),
    ...(entry.announces ? [encodeExtensionField()] : []),
  ];
  const whole = concatenate(fields);
  if (whole.length <= capacity) return { inline: whole, continued: new Uint8Array() };
  const inline: Uint8Array[] = [];
  let room = capacity - CONTINUATION_FIELD_BYTES;
  let field = fields.shift();
  while (field !== undefined && field.length <= room) {
    inline.push(field);
    room -= field.length;
    field = fields.shift();
  }
  return { inline: concatenate(inline), continued: concatenate(field === undefined ? fields : [field, ...fields]) };
}

/** Bytes that the fields take in the record, the CE field included. */
export function measureInline(fields: RockRidgeFields): number {
  return fields.inline.length + (fields.continued.length > 0 ? CONTINUATION_FIELD_BYTES : 0);
}

/** Encodes a CE field: `sector` is absolute, `offset` and `length` are bytes within it. */
export function encodeContinuationField(sector: number, offset: number, length: number): Uint8Array {
  return encodeField('CE', [encodeBoth32(sector), encodeBoth32(offset), encodeBoth32(length)]);
}

/** Joins byte strings. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function encodeField(signature: string, payload: readonly Uint8Array[]): Uint8Array {
  const body = concatenate(payload);
  const head = Uint8Array.of(signature.charCodeAt(0), signature.charCodeAt(1), 4 + body.length, 1);
  return concatenate([head, body]);
}

function encodeSharingField(): Uint8Array {
  return encodeField('SP', [Uint8Array.of(0xbe, 0xef, 0)]);
}

function encodePresenceField(hasName: boolean): Uint8Array {
  return encodeField('RR', [Uint8Array.of(0x81 | (hasName ? 0x08 : 0))]);
}

function encodeModeField({ isDirectory, linkCount }: RockRidgeEntry): Uint8Array {
  const mode = isDirectory ? DIRECTORY_MODE : FILE_MODE;
  return encodeField('PX', [encodeBoth32(mode), encodeBoth32(linkCount), encodeBoth32(0), encodeBoth32(0)]);
}

function encodeTimeField(time: Date): Uint8Array {
  const stamp = encodeRecordTime(time);
  return encodeField('TF', [Uint8Array.of(0x0e), stamp, stamp, stamp]);
}

function encodeNameFields(name: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(name);
  const fields: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += NAME_BYTES_PER_FIELD) {
    const piece = bytes.subarray(start, start + NAME_BYTES_PER_FIELD);
    const continues = start + NAME_BYTES_PER_FIELD < bytes.length;
    fields.push(encodeField('NM', [Uint8Array.of(continues ? 1 : 0), piece]));
  }
  return fields;
}

// Linux switches Rock Ridge on only when it finds ER; these are the texts that RRIP 1.10 § 4.3 prescribes.
function encodeExtensionField(): Uint8Array {
  const encoder = new TextEncoder();
  const identifier = encoder.encode('RRIP_1991A');
  const description = encoder.encode(
    'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
  );
  const source = encoder.encode(
    'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.',
  );
  const head = Uint8Array.of(identifier.length, description.length, source.length, 1);
  return encodeField('ER', [head, identifier, description, source]);
}
