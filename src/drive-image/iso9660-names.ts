// Names on an ISO 9660 image: the limits of the three name spaces, and the upper-case identifiers of the primary one.
// Follows ECMA-119 § 7.5 and 7.6, the Joliet specification, and the NM entry of RRIP 1.10.
import type { NameRules, TreeNode } from './tree.ts';

// Linux cuts a Rock Ridge name that reaches 254 bytes (fs/isofs/rock.c).
const ROCK_RIDGE_NAME_BYTES = 253;
// A Joliet record of 255 bytes has room for 110 units; 103 is what readers are known to accept (genisoimage
// -joliet-long).
const JOLIET_NAME_UNITS = 103;
// 20 + '.' + 8 + ';1' = 31, the directory limit; eight of them and their separators make the 255 of ECMA-119 § 6.8.2.1.
const BASE_LENGTH = 20;
const EXTENSION_LENGTH = 8;
const DIRECTORY_LENGTH = 31;

/**
 * What Rock Ridge and Joliet together can give back exactly; the depth is that of ECMA-119 § 6.8.2.1, root included.
 */
export const isoNameRules: NameRules = {
  format: 'ISO 9660',
  maxDepth: 8,
  ignoresCase: false,
  findNameProblem(name) {
    if (/[*/:;?\\]/.test(name) || hasControlCharacter(name)) {
      return 'Joliet forbids * : ; ? \\ and control characters in names';
    }
    if (name.endsWith('.')) return "ends with '.', which Linux cuts off Joliet names";
    if (name.length > JOLIET_NAME_UNITS) {
      return `is ${name.length} UTF-16 units long; Joliet holds ${JOLIET_NAME_UNITS}`;
    }
    const bytes = new TextEncoder().encode(name).length;
    if (bytes > ROCK_RIDGE_NAME_BYTES) {
      return `is ${bytes} bytes long in UTF-8; Linux reads ${ROCK_RIDGE_NAME_BYTES} through Rock Ridge`;
    }
    return undefined;
  },
};

/** An identifier and the two parts by which ECMA-119 § 9.3 sorts it. */
export type PrimaryName = { identifier: string; base: string; extension: string };

/**
 * Gives each child of one directory its identifier for the primary volume: upper case, digits and `_`, at most 31
 * characters, files with `;1`. Children whose names fall together are told apart by a number.
 */
export function nameForPrimaryVolume(children: readonly TreeNode[]): Map<TreeNode, PrimaryName> {
  const names = new Map<TreeNode, PrimaryName>();
  const taken = new Set<string>();
  const counters = new Map<string, number>();
  for (const child of children) {
    const { base, extension } = child.kind === 'file' ? splitFileName(child.name) : splitDirectoryName(child.name);
    const limit = child.kind === 'file' ? BASE_LENGTH : DIRECTORY_LENGTH;
    let unique = base;
    const stem = `${base}.${extension}`;
    for (let number = counters.get(stem) ?? 0; taken.has(`${unique}.${extension}`); number++) {
      const tail = `_${number}`;
      unique = base.slice(0, limit - tail.length) + tail;
      counters.set(stem, number + 1);
    }
    taken.add(`${unique}.${extension}`);
    const identifier = child.kind === 'file' ? `${unique}.${extension};1` : unique;
    names.set(child, { identifier, base: unique, extension });
  }
  return names;
}

/** Orders two identifiers as ECMA-119 § 9.3 asks: by name, then by extension, a short one as if padded with spaces. */
export function comparePrimaryNames(a: PrimaryName, b: PrimaryName): number {
  if (a.base !== b.base) return a.base < b.base ? -1 : 1;
  if (a.extension !== b.extension) return a.extension < b.extension ? -1 : 1;
  return 0;
}

function splitFileName(name: string): { base: string; extension: string } {
  const dot = name.lastIndexOf('.');
  if (dot <= 0) return { base: replaceForbidden(name).slice(0, BASE_LENGTH), extension: '' };
  return {
    base: replaceForbidden(name.slice(0, dot)).slice(0, BASE_LENGTH),
    extension: replaceForbidden(name.slice(dot + 1)).slice(0, EXTENSION_LENGTH),
  };
}

function splitDirectoryName(name: string): { base: string; extension: string } {
  return { base: replaceForbidden(name).slice(0, DIRECTORY_LENGTH), extension: '' };
}

function replaceForbidden(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[^A-Z0-9_]/gu, '_');
}

function hasControlCharacter(name: string): boolean {
  return [...name].some((character) => character < ' ' || character === '\x7f');
}
