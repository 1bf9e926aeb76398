// Reads `password`, `chpasswd` and admin_pass into one list: whose password becomes what. Takes unvalidated documents, because the
// module of users asks too.

import type { InstanceConfig } from '../../core/instance-config.ts';
import type { Policy } from '../../core/policy.ts';
import type { LoginUser } from '../users/login-user.ts';
import { isAccountName } from '../users/names.ts';

export type PasswordRequest = {
  readonly user: string;
  readonly kind: 'hash' | 'text' | 'random';
  /** Empty for random. */
  readonly password: string;
  /** Undefined for the metadata's admin_pass. */
  readonly path: Place | undefined;
};

type Place = readonly (string | number)[];

/** What crypt(5) writes, the marks of a locked account included: `$id$…`, traditional DES, `!…`, `*`. */
export function isHashLike(text: string): boolean {
  return /^(?:\$[0-9A-Za-z]{1,6}\$.|_|[./0-9A-Za-z]{13}$|[!*])/.test(text);
}

/** Hashes that a `user:password` line may hold in place of a password; cloud-init's list and the newer methods. */
const listedHash = /^\$(?:1|2[abxy]|5|6|7|y|gy)\$[^:]+$/;

/** Users whose password is set by this module, so that nobody locks them before. */
export function listPasswordTargets(given: {
  document: Readonly<Record<string, unknown>>;
  instance: Pick<InstanceConfig, 'adminPassword'>;
  policy: Pick<Policy, 'admin_pass'>;
  login: Pick<LoginUser, 'name'>;
}): Set<string> {
  const { requests } = listPasswordRequests(given);
  return new Set(requests.map(({ user }) => user));
}

/**
 * All requests, each user once: `chpasswd` before `password` before admin_pass; in `chpasswd` the last one counts, those of `list` after
 * those of `users`, and `repeated` are their places. `malformed` are the
 * places of entries that are no `user:password` line. What the default user would get is left out where there is none.
 */
export function listPasswordRequests(given: {
  document: Readonly<Record<string, unknown>>;
  instance: Pick<InstanceConfig, 'adminPassword'>;
  policy: Pick<Policy, 'admin_pass'>;
  login: Pick<LoginUser, 'name'>;
}): { requests: PasswordRequest[]; malformed: Place[]; repeated: Place[] } {
  const { document, login } = given;
  const chpasswd = isMap(document.chpasswd) ? document.chpasswd : {};
  const listed: PasswordRequest[] = [...listUsers(chpasswd.users)];
  const malformed: Place[] = [];
  for (const [text, path] of listLines(chpasswd.list)) {
    const colon = text.indexOf(':');
    const user = text.slice(0, Math.max(colon, 0)).trim();
    const password = text.slice(colon + 1);
    if (colon < 1 || !isAccountName(user) || password === '') malformed.push(path);
    else listed.push({ user, ...classify(password), path });
  }
  const { found, repeated } = takeLast(listed);
  if (login.name !== undefined && typeof document.password === 'string' && document.password !== '') {
    found.push({ user: login.name, ...classify(document.password), path: ['password'] });
  }
  if (login.name !== undefined && given.policy.admin_pass && given.instance.adminPassword !== undefined) {
    const password = given.instance.adminPassword.reveal();
    found.push({ user: login.name, kind: 'text', password, path: undefined });
  }
  const requests = new Map<string, PasswordRequest>();
  for (const request of found) if (!requests.has(request.user)) requests.set(request.user, request);
  return { requests: [...requests.values()], malformed, repeated };
}

/** As chpasswd(8) does, which takes its lines in order. */
function takeLast(listed: readonly PasswordRequest[]): { found: PasswordRequest[]; repeated: Place[] } {
  const byUser = new Map<string, PasswordRequest>();
  const repeated: Place[] = [];
  for (const request of listed) {
    if (byUser.has(request.user) && request.path !== undefined) repeated.push(request.path);
    byUser.set(request.user, request);
  }
  return { found: [...byUser.values()], repeated };
}

function listUsers(users: unknown): PasswordRequest[] {
  if (!Array.isArray(users)) return [];
  return users.flatMap((entry, index): PasswordRequest[] => {
    if (!isMap(entry) || !isAccountName(entry.name)) return [];
    const path = ['chpasswd', 'users', index];
    const password = typeof entry.password === 'string' ? entry.password : '';
    if (entry.type === 'RANDOM') return [{ user: entry.name, kind: 'random', password: '', path }];
    if (password === '') return [];
    return [{ user: entry.name, kind: entry.type === 'text' ? 'text' : 'hash', password, path }];
  });
}

function listLines(list: unknown): [string, (string | number)[]][] {
  const path = ['chpasswd', 'list'];
  if (typeof list === 'string') {
    return list
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => [line.replace(/\r$/, ''), path]);
  }
  if (!Array.isArray(list)) return [];
  return list.map((line, index) => [typeof line === 'string' ? line.replace(/\r?\n$/, '') : '', [...path, index]]);
}

function classify(password: string): Pick<PasswordRequest, 'kind' | 'password'> {
  if (password === 'R' || password === 'RANDOM') return { kind: 'random', password: '' };
  return { kind: listedHash.test(password) ? 'hash' : 'text', password };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
