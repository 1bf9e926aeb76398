// Reads every form in which `users` and `user` may be written into one list of requested accounts.
// It also reads documents that nobody has validated (a neighbour's key), so it takes anything and skips what has no form.

import { isAccountName, splitNames } from './names.ts';

/** One requested account. `name` may be "default"; `fields` are as the author wrote them, with today's spelling of the keys. */
export type UserRequest = {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly path: readonly (string | number)[];
};

/** Old spellings of keys, which cloud-init still reads. */
export const oldSpellings = [
  ...(['lock-passwd', 'primary-group', 'selinux-user', 'ssh-authorized-keys', 'ssh-import-id'] as const),
  ...(['no-create-home', 'no-user-group', 'no-log-init'] as const),
] as const;

/** The accounts of the key `users`, in order; undefined when the document has no such key, or one of no known form. */
export function listUserRequests(users: unknown): UserRequest[] | undefined {
  if (typeof users !== 'string' && !Array.isArray(users) && !isMap(users)) return undefined;
  return listUnchecked(users).filter(({ name }) => isAccountName(name));
}

/** The account of the old key `user`; a map without a name keeps the default user's. */
export function readLegacyUser(
  user: unknown,
): { name?: string; fields: Readonly<Record<string, unknown>> } | undefined {
  if (typeof user === 'string') return isAccountName(user) ? { name: user, fields: {} } : undefined;
  if (!isMap(user)) return undefined;
  const { name, ...fields } = user;
  return { ...(isAccountName(name) ? { name } : {}), fields: renameOldKeys(fields) };
}

function listUnchecked(users: unknown): UserRequest[] {
  if (typeof users === 'string') return splitNames(users).map((name) => ({ name, fields: {}, path: ['users'] }));
  if (Array.isArray(users)) return users.flatMap((entry, index) => listItem(entry, ['users', index]));
  if (!isMap(users)) return [];
  return Object.entries(users).flatMap(([name, value]) => {
    const path = ['users', name];
    if (isMap(value)) return [{ name, fields: withoutName(value), path }];
    return isYes(value) ? [{ name, fields: {}, path }] : [];
  });
}

function listItem(entry: unknown, path: readonly (string | number)[]): UserRequest[] {
  if (typeof entry === 'string' || Array.isArray(entry)) {
    const texts = [entry].flat().filter((text): text is string => typeof text === 'string');
    return splitNames(texts).map((name) => ({ name, fields: {}, path }));
  }
  if (!isMap(entry)) return [];
  const name = entry.name === undefined ? 'default' : entry.name;
  return typeof name === 'string' ? [{ name, fields: withoutName(entry), path }] : [];
}

function withoutName(entry: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { name: _, ...fields } = entry;
  return renameOldKeys(fields);
}

function renameOldKeys(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const given = new Set(entries.map(([key]) => key));
  return Object.fromEntries(
    entries.flatMap(([key, value]) => {
      if (!oldSpellings.some((old) => old === key)) return [[key, value]];
      const today = key.replaceAll('-', '_');
      return given.has(today) ? [] : [[today, value]];
    }),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && ['true', 'yes', 'on', '1'].includes(value.toLowerCase()));
}
