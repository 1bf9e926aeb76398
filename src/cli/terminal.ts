// What the standard output can show: colours and live lines only on a terminal that has them, plain ASCII elsewhere.

import * as fs from 'node:fs';
import { controlCharacters } from '../core/control-characters.ts';

type Paint = (text: string) => string;

export type Terminal = {
  /** A running step may be shown and overwritten. */
  readonly live: boolean;
  /** Erases such a line; empty where nothing is overwritten. */
  readonly clearLine: string;
  readonly style: {
    readonly bold: Paint;
    readonly dim: Paint;
    readonly red: Paint;
    readonly green: Paint;
    readonly yellow: Paint;
  };
};

/** Looks at the environment (NO_COLOR, TERM) and at standard output. */
export function openTerminal(): Terminal {
  const capable = (process.env.TERM ?? 'dumb') !== 'dumb' && isTerminal();
  const colour = capable && (process.env.NO_COLOR ?? '') === '';
  const paint = (code: number): Paint => (colour ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text);
  return {
    live: capable,
    clearLine: capable ? '\r\u001b[K' : '',
    style: { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32), yellow: paint(33) },
  };
}

/** A journal, a pipe or a file is no character device; only for what may be a terminal is node:tty worth loading. */
function isTerminal(): boolean {
  try {
    return fs.fstatSync(1).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(1);
  } catch {
    return false;
  }
}

const foreignControls = new RegExp(`(?!\\u001b\\[(?:0|1|2|31|32|33)m)${controlCharacters.source}`, 'gu');

/** One line fit for a console: names from a drive may hold line breaks and terminal sequences; only our own colours stay. */
export function cleanLine(line: string): string {
  // Nearly every line is plain; building the tables for the other expression would cost each boot a millisecond.
  return /^[ -~]*$/.test(line) ? line : line.replace(foreignControls, '?');
}
