// The package's changelog in Debian's form, from the fragments in changes/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maintainer } from './control.ts';

/** One entry for `version`; `epoch` in seconds is its date. Throws when there is no fragment. */
export function renderChangelog(options: { root: string; version: string; epoch: number }): string {
  const folder = join(options.root, 'changes');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort();
  if (names.length === 0) throw new Error(`${folder}: expected a fragment NAME.md, found none`);
  const items = names.map((name) => wrapItem(readFileSync(join(folder, name), 'utf8')));
  const date = new Date(options.epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `guest-init (${options.version}) stable; urgency=medium\n\n${items.join('\n')}\n\n -- ${maintainer}  ${date}\n`;
}

function wrapItem(text: string): string {
  const lines: string[] = [''];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length > 74) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line, index) => `${index === 0 ? '  * ' : '    '}${line}`).join('\n');
}
