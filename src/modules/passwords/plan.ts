// From `password`, `chpasswd` and admin_pass to one step per user.

import type { PasswordAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { resolveLoginUser } from '../users/login-user.ts';
import { isOneLine } from '../users/names.ts';
import type { Passwords } from './schema.ts';
import { isHashLike, listPasswordRequests, type PasswordRequest } from './targets.ts';

type Context = ModuleContext<Passwords>;

/** Steps `passwords/NAME`. Only passwords given as text or made up expire, and only those that the document asked for. */
export function planPasswords(context: Context): Step[] {
  const { config, instance, policy, facts } = context;
  const login = resolveLoginUser(context);
  const { requests, malformed, repeated } = listPasswordRequests({ document: config, instance, policy, login });
  for (const path of malformed) {
    context.report({ severity: 'error', code: 'value', message: 'expected a "user:password" line' }, path);
  }
  for (const path of repeated) {
    const message = 'the password of this user is given before; the last one counts';
    context.report({ severity: 'warning', code: 'duplicate-key', message }, path);
  }
  if (config.password === '') {
    const message = 'a blank password lets anybody log in; it is not set';
    context.report({ severity: 'error', code: 'refused', message }, ['password']);
  }
  if (config.chpasswd?.list !== undefined) {
    const message = 'chpasswd.list is the old form of chpasswd.users';
    context.report({ severity: 'note', code: 'deprecated', message }, ['chpasswd', 'list']);
  }
  const { planned } = login;
  const known = new Set([...facts.users.map(({ name }) => name), 'root', ...planned]);
  return requests.flatMap((request) => {
    const problem = findProblem(request, known);
    if (problem !== undefined) {
      context.report({ severity: 'error', ...problem }, request.path);
      return [];
    }
    if (request.kind === 'hash' && !isHashLike(request.password)) {
      const message = 'not a crypt(3) hash, so nobody can log in with it; type: text says that it is a plain password';
      context.report({ severity: 'warning', code: 'value', message }, request.path);
    }
    return [toStep({ context, request, isPlanned: planned.has(request.user) })];
  });
}

function findProblem(
  { user, password, kind, path }: PasswordRequest,
  known: ReadonlySet<string>,
): { code: 'guest' | 'value'; message: string } | undefined {
  const where = path === undefined ? 'metadata admin_pass: ' : '';
  if (!known.has(user)) return { code: 'guest', message: `${where}no such user on this guest or in \`users\`` };
  if (!isOneLine(password) || password.length > 512) {
    return { code: 'value', message: `${where}expected a password of one line, at most 512 characters` };
  }
  if (kind === 'hash' && /[:\s]/.test(password)) {
    return { code: 'value', message: 'expected a crypt(3) hash without ":" and blanks' };
  }
  return undefined;
}

function toStep(given: { context: Context; request: PasswordRequest; isPlanned: boolean }): Step {
  const { context } = given;
  const { user, kind, password, path } = given.request;
  const expire = path !== undefined && kind !== 'hash' && context.config.chpasswd?.expire !== false;
  const action: PasswordAction = {
    kind: 'password',
    user,
    ...(kind === 'random' ? { random: true } : { password: new Secret(password) }),
    ...(kind === 'hash' ? { hashed: true } : {}),
    ...(expire ? { expire: true } : {}),
  };
  const how = kind === 'random' ? 'made up' : 'set';
  return {
    id: `passwords/${user}`,
    module: 'passwords',
    stage: 'early',
    action,
    summary: `password of ${user} ${how}${expire ? ', to be changed at login' : ''}`,
    source: path === undefined ? 'metadata admin_pass' : context.place(path),
    ...(given.isPlanned && user !== 'root' ? { needs: [`users/${user}`] } : {}),
  };
}
