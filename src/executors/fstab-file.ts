// /etc/fstab as lines of ours and of others, fstab(5). Ours carry `comment=guest-init` in their options, which every mount(8) ignores.

import type { Host } from '../host/host.ts';
import { escapeField, unescapeField } from './mounted-file-systems.ts';

export const fstabPath = '/etc/fstab';
const mark = 'comment=guest-init';

/** One line that mounts or swaps something; fields are unescaped. */
export type FstabLine = {
  readonly spec: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: string;
  readonly dump: string;
  readonly pass: string;
};

export type ParsedLine = FstabLine & { readonly text: string; readonly isOurs: boolean };

/** One character a byte, so that what is not UTF-8 in somebody else's line stays as it is. */
export function readFstab(host: Host): string {
  const bytes = host.readFile(fstabPath);
  return bytes === undefined ? '' : Buffer.from(bytes).toString('latin1');
}

export function writeFstab(text: string, host: Host): void {
  const stat = host.stat(fstabPath);
  const attributes =
    stat?.kind === 'file' ? { mode: stat.mode, uid: stat.uid, gid: stat.gid } : { mode: 0o644, uid: 0, gid: 0 };
  host.writeFile(fstabPath, Buffer.from(text, 'latin1'), attributes);
}

/** Lines that say something, without comments. */
export function parseFstab(text: string): readonly ParsedLine[] {
  return text.split('\n').flatMap((line) => {
    // Blanks and tabs alone: a byte of a letter in UTF-8 may be what Latin-1 calls a blank.
    const fields = line.replace(/^[ \t]+|[ \t\r]+$/g, '').split(/[ \t]+/);
    const [spec = '', mountPoint, type = 'auto', options = 'defaults', dump = '0', pass = '0'] = fields.map((field) =>
      fromLatin1(unescapeField(field)),
    );
    if (spec === '' || spec.startsWith('#') || mountPoint === undefined) return [];
    const isOurs = options.split(',').includes(mark);
    return [{ spec, mountPoint, type, options, dump, pass, text: line, isOurs }];
  });
}

/** The line of an entry as it stands in the file. */
export function renderLine({ spec, mountPoint, type, options, dump, pass }: FstabLine): string {
  const fields = [spec, mountPoint, type, `${options},${mark}`, dump, pass].map(escapeField).join('\t');
  return Buffer.from(fields).toString('latin1');
}

/** Replaces the lines of ours that `isReplaced` names by one, or adds it at the end. */
export function replaceLine(text: string, line: string, isReplaced: (line: ParsedLine) => boolean): string {
  const old = parseFstab(text).filter((parsed) => parsed.isOurs && isReplaced(parsed));
  const texts = new Set(old.map((parsed) => parsed.text));
  const [first] = old;
  let isPlaced = false;
  const lines = splitLines(text).flatMap((present) => {
    if (!texts.has(present)) return [present];
    if (isPlaced || present !== first?.text) return [];
    isPlaced = true;
    return [line];
  });
  return joinLines(isPlaced ? lines : [...lines, line]);
}

/** Takes lines of ours out. */
export function removeLines(text: string, isRemoved: (line: ParsedLine) => boolean): string {
  const gone = parseFstab(text).filter((parsed) => parsed.isOurs && isRemoved(parsed));
  if (gone.length === 0) return text;
  const texts = new Set(gone.map((parsed) => parsed.text));
  return joinLines(splitLines(text).filter((line) => !texts.has(line)));
}

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
