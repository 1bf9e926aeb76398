// Names that end up in passwd(5), group(5) and sudoers(5): what is allowed there, and how cloud-config lists of them are read.

import * as v from 'valibot';

/**
 * Letters, digits, `_`, `.` and `-`, not a number alone (tools take that for an id), at most 32 characters, `$` only at the end.
 * Wider than the distributions' own rules, but nothing in it can break a line or a field of the files it goes to.
 */
const accountName = /^(?!\d+\$?$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_.$-]?$/;

export function isAccountName(text: unknown): text is string {
  return typeof text === 'string' && accountName.test(text);
}

export const UserName = v.pipe(
  v.string('a user name'),
  v.regex(accountName, 'a user name of letters, digits, "_", "." and "-"'),
);

export const GroupName = v.pipe(
  v.string('a group name'),
  v.regex(accountName, 'a group name of letters, digits, "_", "." and "-"'),
);

/** `a, b` and lists of such strings as one list without blanks, in order, each name once. */
export function splitNames(text: string | readonly string[]): string[] {
  const parts = (typeof text === 'string' ? [text] : text).flatMap((part) => part.split(','));
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

/** A comma separated string of names. */
export const NameListText = v.pipe(
  v.string(),
  v.check((text) => splitNames(text).every(isAccountName), 'names separated by commas'),
);

/** One name at least: text that names nobody where users are asked for is a slip of the pen. */
export const UserListText = v.pipe(
  NameListText,
  v.check((text) => splitNames(text).length > 0, 'names separated by commas'),
);

/** Words for which cloud-init's util.is_true makes the user, and those for which it does not. */
const yesWords = ['true', 'yes', 'on', '1'];
const noWords = ['false', 'no', 'off', '0'];

/** Whether a map of users says yes to a name. */
export function isYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && yesWords.includes(value.toLowerCase()));
}

/** Whether text is one of the words for yes and no. */
export function isAnswer(text: string): boolean {
  return [...yesWords, ...noWords].includes(text.toLowerCase());
}

const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether text fits into one line of a file that others parse. */
export function isOneLine(text: string): boolean {
  return !controlCharacters.test(text);
}

/** A block scalar, `|` or `>`, ends with a line end that is not meant. */
export function withoutLineEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

/** One field of passwd(5): no line end, no control character, no colon. */
export function passwdField(expected: string): v.GenericSchema<string> {
  return v.pipe(
    v.string(expected),
    v.check(
      (text) => isOneLine(text) && !text.includes(':'),
      `${expected} without ":", line ends and control characters`,
    ),
  );
}
