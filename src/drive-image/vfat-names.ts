// Names on a FAT file system: what VFAT can hold, the 8.3 aliases, and the directory entries that carry a long name.
// Follows Microsoft's "FAT: General Overview of On-Disk Format" 1.03, long directory entries.
import { foldCase, type NameRules } from './tree.ts';

const LONG_NAME_UNITS = 255;
const UNITS_PER_ENTRY = 13;
const LONG_NAME_ATTRIBUTE = 0x0f;
const LAST_ENTRY_FLAG = 0x40;
const UNIT_OFFSETS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/** Bytes of one directory entry. */
export const ENTRY_BYTES = 32;

/** What VFAT can hold and Linux can look up. */
export const vfatNameRules: NameRules = {
  format: 'VFAT',
  ignoresCase: true,
  findNameProblem(name) {
    if (/["*/:<>?\\|]/.test(name) || [...name].some((character) => character < ' ' || character === '\x7f')) {
      return 'VFAT forbids " * : < > ? \\ | and control characters in names';
    }
    if (/^ |[. ]$/.test(name)) return "begins with ' ' or ends with '.' or ' ', which VFAT readers drop";
    if (name.length > LONG_NAME_UNITS) {
      return `is ${name.length} UTF-16 units long; VFAT holds ${LONG_NAME_UNITS}`;
    }
    return undefined;
  },
};

/** The stored 11 bytes of a short name (8 and 3, padded with spaces), and the long name when one is needed. */
export type VfatName = { short: string; long: string | undefined };

/**
 * Gives each name of one directory its 8.3 alias. An alias never equals another alias, nor another entry's long
 * name, so
 * that a look-up by either finds one file. Order of the input decides who gets `~1`.
 */
export function nameForVfat(names: readonly string[]): Map<string, VfatName> {
  const longNames = new Set(names.map(foldCase));
  const taken = new Set<string>();
  const counters = new Map<string, number>();
  const result = new Map<string, VfatName>();
  for (const name of names) {
    const { base, extension, isExact } = shorten(name);
    const plain = joinShort(base, extension);
    const isFree = (candidate: string): boolean =>
      !taken.has(candidate) && (!longNames.has(candidate) || candidate === foldCase(name));
    let alias = plain;
    let stem = base;
    if (!isExact || !isFree(plain)) {
      let number = counters.get(plain) ?? 0;
      do {
        number += 1;
        const tail = `~${number}`;
        stem = base.slice(0, 8 - tail.length) + tail;
        alias = joinShort(stem, extension);
      } while (!isFree(alias));
      counters.set(plain, number);
    }
    taken.add(alias);
    // A name with letters keeps a long entry even when it is a valid short name: mounts with shortname=lower change
    // those.
    const needsLong = alias !== name || /[A-Z]/.test(name);
    result.set(name, { short: stem.padEnd(8) + extension.padEnd(3), long: needsLong ? name : undefined });
  }
  return result;
}

/** Directory entries that a name takes, the short one included. */
export function countEntries({ long }: VfatName): number {
  return 1 + (long === undefined ? 0 : Math.ceil(long.length / UNITS_PER_ENTRY));
}

/** Encodes the entries that precede the short one: last part first, each with the checksum of the short name. */
export function encodeLongName({ short, long }: VfatName): Uint8Array {
  const count = countEntries({ short, long }) - 1;
  const bytes = new Uint8Array(count * ENTRY_BYTES);
  if (long === undefined) return bytes;
  const checksum = sumShortName(short);
  const view = new DataView(bytes.buffer);
  for (let part = 0; part < count; part++) {
    const entry = (count - 1 - part) * ENTRY_BYTES;
    bytes[entry] = (part + 1) | (part === count - 1 ? LAST_ENTRY_FLAG : 0);
    bytes[entry + 11] = LONG_NAME_ATTRIBUTE;
    bytes[entry + 13] = checksum;
    for (const [index, offset] of UNIT_OFFSETS.entries()) {
      const position = part * UNITS_PER_ENTRY + index;
      // One 0 ends a name that leaves room, 0xffff fills the rest.
      const unit = position < long.length ? long.charCodeAt(position) : position === long.length ? 0 : 0xffff;
      view.setUint16(entry + offset, unit, true);
    }
  }
  return bytes;
}

function sumShortName(short: string): number {
  let sum = 0;
  for (let index = 0; index < short.length; index++) {
    sum = (((sum & 1) << 7) + (sum >> 1) + short.charCodeAt(index)) & 0xff;
  }
  return sum;
}

/** The best short form, and whether it says the same as the name apart from case. */
function shorten(name: string): { base: string; extension: string; isExact: boolean } {
  const trimmed = name.replace(/^\.+/, '');
  const dot = trimmed.lastIndexOf('.');
  const wholeBase = replaceForbidden(dot <= 0 ? trimmed : trimmed.slice(0, dot));
  const wholeExtension = dot <= 0 ? '' : replaceForbidden(trimmed.slice(dot + 1));
  const base = wholeBase.slice(0, 8);
  const extension = wholeExtension.slice(0, 3);
  return { base: base === '' ? '_' : base, extension, isExact: joinShort(base, extension) === foldCase(name) };
}

function replaceForbidden(text: string): string {
  return text
    .replace(/[ .]/g, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/[^A-Z0-9!#$%&'()@^_`{}~-]/gu, '_');
}

function joinShort(base: string, extension: string): string {
  return extension === '' ? base : `${base}.${extension}`;
}
