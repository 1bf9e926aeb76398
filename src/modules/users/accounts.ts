// Turns the requests of a document into accounts: the default user gets its name and its distribution's defaults,
// requests for one name become one account, and every group that an account needs is known.

import type { DefaultUser } from '../../distros/distro.ts';
import type { LoginUser } from './login-user.ts';
import { isAccountName, splitNames } from './names.ts';
import type { UserRequest } from './requests.ts';
import type { UserEntry } from './schema.ts';

export type Account = {
  readonly name: string;
  readonly fields: Omit<UserEntry, 'name'>;
  /** Where the author asked for it; undefined for the default user that nobody wrote down. */
  readonly path: readonly (string | number)[] | undefined;
  /** The distribution's defaults, for the default user; of its groups those that exist are used. */
  readonly defaults: DefaultUser | undefined;
  /** Where its fields were written, the one that counts first. */
  readonly said: readonly Said[];
};

type Said = Pick<UserRequest, 'fields' | 'path' | 'spelt'>;

/** Where the author wrote a field, under the key that is there: several entries may describe one account. */
export function fieldPath({ said, path }: Account, field: string): readonly (string | number)[] {
  const found = said.find(({ fields }) => fields[field] !== undefined);
  return found === undefined ? [...(path ?? ['user']), field] : [...found.path, found.spelt?.[field] ?? field];
}

export type DuplicateRequest = { readonly path: readonly (string | number)[] };

const rootRight = 'ALL=(ALL) NOPASSWD:ALL';

/**
 * The accounts in order of their first mention. `requests` come from a validated document. The default user is among them when a
 * request names it or `createDefault` says that something has to reach it; what the author says wins over the distribution.
 */
export function collectAccounts(given: {
  requests: readonly UserRequest[];
  legacy: Pick<UserRequest, 'fields' | 'spelt'> | undefined;
  login: LoginUser;
  createDefault: boolean;
}): { accounts: Account[]; duplicates: DuplicateRequest[] } {
  const { defaultUser } = given.login;
  const accounts = new Map<string, Account>();
  const duplicates: DuplicateRequest[] = [];
  const wantsDefault = given.createDefault || given.requests.some(({ name }) => name === 'default');
  for (const request of given.requests) {
    const isDefault = request.name === 'default';
    const name = isDefault ? defaultUser.name : request.name;
    const known = accounts.get(name);
    // `default` beside the default user's own name is how cloud-init lets an author add to it: no duplicate.
    if (known !== undefined && !(wantsDefault && name === defaultUser.name)) duplicates.push({ path: request.path });
    accounts.set(name, {
      name,
      fields: { ...request.fields, ...known?.fields } as Account['fields'],
      path: known?.path ?? request.path,
      defaults: undefined,
      said: [...(known?.said ?? []), request],
    });
  }
  if (wantsDefault) addDefaults(accounts, given);
  return { accounts: [...accounts.values()], duplicates };
}

function addDefaults(
  accounts: Map<string, Account>,
  given: { legacy: Pick<UserRequest, 'fields' | 'spelt'> | undefined; login: LoginUser },
): void {
  const { defaultUser } = given.login;
  // root is there and has every right: nothing of a distribution's default user applies to it.
  if (defaultUser.name === 'root') return;
  const known = accounts.get(defaultUser.name);
  const fields = {
    gecos: defaultUser.gecos,
    shell: defaultUser.shell,
    sudo: rootRight,
    ...given.legacy?.fields,
    ...known?.fields,
  } as Account['fields'];
  const said = [...(known?.said ?? []), ...(given.legacy === undefined ? [] : [{ ...given.legacy, path: ['user'] }])];
  accounts.set(defaultUser.name, { name: defaultUser.name, fields, path: known?.path, defaults: defaultUser, said });
}

/** Names of an account's supplementary groups as the author wrote them. */
export function listGroupNames(groups: unknown): string[] {
  if (typeof groups === 'string') return splitNames(groups);
  if (Array.isArray(groups)) return splitNames(groups.filter((name): name is string => typeof name === 'string'));
  return groups !== null && typeof groups === 'object' ? Object.keys(groups) : [];
}

/** Members by group of the neighbouring key `groups`, in any of its forms, unvalidated. */
export function readGroupMembers(groups: unknown): Map<string, string[]> {
  const members = new Map<string, string[]>();
  const add = (name: string, value: unknown): void => {
    if (!isAccountName(name)) return;
    members.set(name, [...(members.get(name) ?? []), ...listGroupNames(value).filter(isAccountName)]);
  };
  const addMap = (map: object): void => {
    for (const [name, value] of Object.entries(map)) add(name, value);
  };
  if (typeof groups === 'string') for (const name of splitNames(groups)) add(name, undefined);
  else if (Array.isArray(groups)) {
    for (const entry of groups) {
      if (typeof entry === 'string') add(entry, undefined);
      else if (entry !== null && typeof entry === 'object') addMap(entry);
    }
  } else if (groups !== null && typeof groups === 'object') addMap(groups);
  return members;
}
