// The first file of an archive: what is in it, what is not and why, and what was left out on purpose.

import type { Report } from '../report/view.ts';
import { formatTime } from '../report/words.ts';
import type { Piece } from './collect.ts';

/** Lines `path  bytes  remark`. */
export function writeManifest(pieces: readonly Piece[], { program, madeAt }: Report): string {
  const width = Math.max(...pieces.map(({ name }) => name.length));
  const list = pieces.map(({ name, content, remark = '' }) =>
    `${name.padEnd(width)}  ${(content === undefined ? 'missing' : String(content.length)).padStart(8)}  ${remark}`.trimEnd(),
  );
  return [
    `Collected ${formatTime(madeAt)} by ${program}.`,
    '',
    'Left out on purpose: user_data, what commands of user_data printed, contents and digests of files that it',
    'brought, passwords, keys, sentences of tools that were given its values, and every setting of a network',
    'file that is not known to hold an address, a name or a number. All by lists of what may be told.',
    '',
    ...list,
    '',
  ].join('\n');
}
