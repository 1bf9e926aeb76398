// Words for sh(1).

/** A word that means itself, quoted where a shell would see more in it. */
export function formatShellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
