// Reads the text of passwd(5), group(5) and shadow(5). Lines that do not have the form are no accounts: they are skipped.

import type { GroupFact, UserFact } from '../core/facts.ts';

/** One line of shadow(5): the password field as it stands and the day of the last change (0: must be changed at the next login). */
export type ShadowEntry = { readonly password: string; readonly lastChange: number | undefined };

/** The users of /etc/passwd, in file order. */
export function parseUsers(text: string): UserFact[] {
  return splitRecords(text, 7).flatMap(([name = '', , uid = '', gid = '', , home = '', shell = '']) => {
    if (name === '' || !isNumber(uid) || !isNumber(gid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home, shell }];
  });
}

/** The groups of /etc/group, in file order. */
export function parseGroups(text: string): GroupFact[] {
  return splitRecords(text, 4).flatMap(([name = '', , gid = '', members = '']) => {
    if (name === '' || !isNumber(gid)) return [];
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }];
  });
}

/** The entry of one user in /etc/shadow; undefined when the user has none. */
export function findShadowEntry(text: string, user: string): ShadowEntry | undefined {
  const fields = splitRecords(text, 3).find(([name]) => name === user);
  if (fields === undefined) return undefined;
  const [, password = '', lastChange = ''] = fields;
  return { password, lastChange: isNumber(lastChange) ? Number(lastChange) : undefined };
}

function splitRecords(text: string, fields: number): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('+') && !line.startsWith('-'))
    .map((line) => line.split(':'))
    .filter((record) => record.length >= fields);
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
