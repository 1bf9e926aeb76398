// Modes that are written as numbers. YAML reads 0644 as 420; one without the zero may be that number, or the digits of a mode.

/** `isRespelt`: the decimal digits were taken for those of a mode. */
export type NumberMode = { readonly mode: number; readonly isRespelt: boolean };

/**
 * The mode that a number stands for, as far as it can be told: of 400 it is the digits, since nobody gives 0620 to a file. Undefined where
 * both readings are usual (500: 0500, or 0764 as YAML reads it), or none is.
 */
export function readNumberMode(number: number): NumberMode | undefined {
  const asNumber = { mode: number, isRespelt: false };
  const digits = /^[0-7]+$/.test(String(number)) ? Number.parseInt(String(number), 8) : undefined;
  if (digits === number) return asNumber;
  const isDigits = digits !== undefined && (isUsual(digits) || (number >= 600 && number <= 777));
  if (isDigits) return isUsual(number) ? undefined : { mode: digits, isRespelt: true };
  return number <= 0o777 || isUsual(number) ? asNumber : undefined;
}

/** The owner may read, the group no more than the owner, others no more than the group; nobody writes or runs what he cannot read. */
function isUsual(mode: number): boolean {
  const [owner, group, others] = [(mode >> 6) & 7, (mode >> 3) & 7, mode & 7];
  const readable = [owner, group, others].every((rights) => rights === 0 || (rights & 4) !== 0);
  // Folders of programs that others may pass: 0711, 0710, 0751.
  const passable = owner === 7 && [0, 1, 5].includes(group) && [0, 1].includes(others) && others <= group;
  return (
    mode <= 0o7777 && owner >= 4 && (owner & group) === group && (group & others) === others && (readable || passable)
  );
}
