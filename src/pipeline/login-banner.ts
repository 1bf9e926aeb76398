// The last line of a run that went wrong, above the login prompt: whoever opens the console after the boot has not seen it pass by.
// agetty(8) shows the file by way of the link /etc/issue.d/50-guest-init.issue. Not in /run/issue.d: until util-linux 2.40 agetty
// leaves that folder out where there is an /etc/issue, and later ones would show both.

import * as fs from 'node:fs';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { findCommand, runCommand } from '../host/commands.ts';
import { runtimeDirectory } from '../host/drive-mount.ts';
import type { Verdict } from './verdict.ts';

const loginBannerPath = `${runtimeDirectory}/issue`;

/** Exists while an agetty waits for somebody to log in and can be told to look again. */
const agettyTrigger = '/run/agetty.reload';
const agettyTimeoutMs = 5000;

const columns = 79;
const mostLines = 8;
const indent = ' '.repeat('guest-init: '.length);

/** Shows how this guest's run went wrong, or takes away what an earlier run showed. A banner that cannot be written is left out. */
export function updateLoginBanner(verdict: Verdict): void {
  const wanted = verdict.word === 'OK' ? undefined : renderLoginBanner(verdict);
  try {
    if (wanted === read()) return;
    if (wanted === undefined) fs.rmSync(loginBannerPath, { force: true });
    else writeFileAtomically(loginBannerPath, wanted, { mode: 0o644, uid: 0, gid: 0 });
    const agetty = fs.existsSync(agettyTrigger) ? findCommand('agetty', '') : undefined;
    // Draws the prompt anew where nobody has begun to type.
    if (agetty !== undefined) runCommand([agetty, '--reload'], { timeoutMs: agettyTimeoutMs });
  } catch {
    // The console, the status file and the log have it, too.
  }
}

/** At most eight lines of 79 columns in plain ASCII, and an empty one; a backslash is doubled, as issue(5) files want it. */
export function renderLoginBanner({ word, message, hint }: Verdict): string {
  const advice = hint === undefined ? [] : wrap(hint, columns - indent.length);
  const said = wrap(`${word} ${message}`, columns - indent.length);
  const room = Math.max(1, mostLines - advice.length);
  const shown = said.length > room ? [...said.slice(0, room - 1), '(more: guest-init status)'] : said;
  const lines = [...shown, ...advice].map((line, index) => `${index === 0 ? 'guest-init: ' : indent}${line}`);
  return `${lines.join('\n')}\n\n`.replaceAll('\\', '\\\\');
}

/** Breaks at spaces, and within words that are longer than a line. */
function wrap(text: string, width: number): string[] {
  const words = text
    .replace(/\s+/g, ' ')
    .replace(/[^ -~]/g, '?')
    .split(' ')
    .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function read(): string | undefined {
  try {
    return fs.readFileSync(loginBannerPath, 'utf8');
  } catch {
    return undefined;
  }
}
