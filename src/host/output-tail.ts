// The last lines of a command's output, made fit for a console, a status file and a JSON report.

import { controlCharacters } from '../core/control-characters.ts';

const lineLimit = 20;
const characterLimit = 200;

// CSI and OSC sequences whole, any other escape with the character after it.
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|.)/gu;

/** At most 20 lines of at most 200 characters, without control characters; bytes that are not UTF-8 become U+FFFD. */
export function formatTail(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  if (bytes.length === 0) return lines;
  for (const raw of new TextDecoder().decode(bytes).split('\n')) {
    // A progress bar rewrites its line: only the last state was left on the screen.
    const states = raw.split('\r').filter((state) => state.trim() !== '');
    const text = (states.at(-1) ?? '')
      .replace(escapeSequences, '')
      .replace(/\t/g, ' ')
      .replace(controlCharacters, '')
      .trimEnd();
    if (text !== '') lines.push(shorten(text));
  }
  return lines.slice(-lineLimit);
}

function shorten(text: string): string {
  if (text.length <= characterLimit) return text;
  const characters = [...text];
  return characters.length <= characterLimit ? text : `${characters.slice(0, characterLimit - 1).join('')}…`;
}
