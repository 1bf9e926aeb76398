// Replaces the package string-width in the bundle (esbuild alias): yargs only lays out our own ASCII help text, and
// the package's Unicode tables cost a whole Node start-up when they are evaluated.

const ESCAPE = String.fromCharCode(27);
const ansiSequence = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${ESCAPE}]*${ESCAPE}\\\\)`, 'g');

/** Number of terminal columns that ASCII text takes, not counting ANSI escape sequences. */
export default function stringWidth(text: string): number {
  return (text.includes(ESCAPE) ? text.replace(ansiSequence, '') : text).length;
}
