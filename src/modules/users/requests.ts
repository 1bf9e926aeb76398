// Reads every form in which `users` and `user` may be written into one list of requested accounts.
// It also reads documents that nobody has validated (a neighbour's key), so it takes anything and skips what has no form.

import { isAccountName, isYes, splitNames } from './names.ts';

/** One requested account. `name` may be "default"; `fields` are as the author wrote them, with today's spelling of the keys. */
export type UserRequest = {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly path: readonly (string | number)[];
  /** The old spellings that the author used, by today's. */
  readonly spelt?: Readonly<Record<string, string>>;
};

/** Old spellings of keys, which cloud-init still reads. */
export const oldSpellings = [
  ...(['lock-passwd', 'primary-group', 'selinux-user', 'ssh-authorized-keys', 'ssh-import-id'] as const),
  ...(['no-create-home', 'no-user-group', 'no-log-init'] as const),
] as const;

/** The accounts of the key `users`, in order; undefined when the document has no such key, or one of no known form. */
export function listUserRequests(users: unknown): UserRequest[] | undefined {
  if (typeof users !== 'string' && !Array.isArray(users) && !isMap(users)) return undefined;
  const requests: UserRequest[] = [];
  for (const { name, entry, place } of listNames(users)) {
    if (!isAccountName(name)) continue;
    const path = place === undefined ? ['users'] : ['users', place];
    requests.push({ name, ...readFields(isMap(entry) ? entry : {}), path });
  }
  return requests;
}

/** Whether the key `users`, checked or not, has an entry for the default user. */
export function listsDefaultUser(users: unknown): boolean {
  for (const { name } of listNames(users)) if (name === 'default') return true;
  return false;
}

/** The account of the old key `user`; a map without a name keeps the default user's. */
export function readLegacyUser(user: unknown): ({ name?: string } & Pick<UserRequest, 'fields' | 'spelt'>) | undefined {
  if (typeof user === 'string') return isAccountName(user) ? { name: user, fields: {} } : undefined;
  if (!isMap(user)) return undefined;
  return { ...(isAccountName(user.name) ? { name: user.name } : {}), ...readFields(user) };
}

/** A name as the author wrote it, with what is said of it; `place` is its index or key in `users`. */
type Named = { readonly name: string; readonly entry?: unknown; readonly place?: string | number };

// One by one: lists of any length come here, and most of a faulty one is dropped for its names.
function* listNames(users: unknown): Generator<Named> {
  if (typeof users === 'string') {
    for (const name of splitNames(users)) yield { name };
  } else if (Array.isArray(users)) {
    for (const [place, entry] of users.entries()) yield* listItemNames(entry, place);
  } else if (isMap(users)) {
    for (const [name, entry] of Object.entries(users)) {
      if (isMap(entry) || isYes(entry)) yield { name, entry, place: name };
    }
  }
}

function* listItemNames(entry: unknown, place: number): Generator<Named> {
  if (typeof entry === 'string' || Array.isArray(entry)) {
    const texts = [entry].flat().filter((text): text is string => typeof text === 'string');
    for (const name of splitNames(texts)) yield { name, place };
  } else if (isMap(entry)) {
    const name = entry.name === undefined ? 'default' : entry.name;
    if (typeof name === 'string') yield { name, entry, place };
  }
}

/** The fields of an entry without its name, under today's keys; where both spellings are given, today's counts. */
function readFields(entry: Readonly<Record<string, unknown>>): Pick<UserRequest, 'fields' | 'spelt'> {
  const { name: _, ...written } = entry;
  const given = Object.entries(written).filter(([, value]) => value !== undefined);
  const spelt: Record<string, string> = {};
  const fields = given.flatMap(([key, value]): [string, unknown][] => {
    if (!oldSpellings.some((old) => old === key)) return [[key, value]];
    const today = key.replaceAll('-', '_');
    if (written[today] !== undefined) return [];
    spelt[today] = key;
    return [[today, value]];
  });
  return { fields: Object.fromEntries(fields), ...(Object.keys(spelt).length === 0 ? {} : { spelt }) };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
