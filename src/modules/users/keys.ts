// The keys of one account: its own ssh_authorized_keys, or with ssh_redirect_user the launch keys bound to a message.

import type { Step } from '../../core/plan.ts';
import { readKeys } from '../ssh-authorized-keys/read-keys.ts';
import { redirectOptions } from '../ssh-authorized-keys/redirect.ts';
import { planImports } from '../ssh-import-id/imports.ts';
import type { Account } from './accounts.ts';
import type { LoginUser } from './login-user.ts';
import type { UsersContext } from './plan.ts';

const noHome = 'this user gets no home directory (system or no_create_home), so there is no place for keys';

/** Keys that a site has for the account's owner: its own ssh_import_id. */
export function planAccountImports(context: UsersContext, { name, fields, path }: Account): Step[] {
  if (fields.ssh_import_id === undefined) return [];
  const place = [...(path ?? ['user']), 'ssh_import_id'];
  if (fields.system === true || fields.no_create_home === true) {
    context.report({ severity: 'error', code: 'conflict', message: noHome }, place);
    return [];
  }
  const source = context.place(place);
  return planImports(fields.ssh_import_id, { user: name, module: 'users', source, needs: [`users/${name}`] });
}

export function planAccountKeys(given: { context: UsersContext; account: Account; login: LoginUser }): Step[] {
  const { context, account, login } = given;
  const { name, fields, path } = account;
  const base = path ?? ['user'];
  const redirects = fields.ssh_redirect_user === true || fields.ssh_redirect_user === 'default';
  if (fields.ssh_authorized_keys === undefined && !redirects) return [];
  if (fields.system === true || fields.no_create_home === true) {
    context.report({ severity: 'error', code: 'conflict', message: noHome }, base);
    return [];
  }
  if (fields.ssh_authorized_keys !== undefined) {
    if (redirects) {
      const message = 'ssh_authorized_keys is given too and wins';
      context.report({ severity: 'warning', code: 'conflict', message }, [...base, 'ssh_redirect_user']);
    }
    const keys = readKeys({
      value: fields.ssh_authorized_keys,
      path: [...base, 'ssh_authorized_keys'],
      report: context.report,
    });
    return toSteps(context, account, {
      keys: keys.map(({ line, options }) => (options === undefined ? line : `${options} ${line}`)),
    });
  }
  if (login.name === undefined || login.name === name) {
    const message = 'there is no other user to redirect to';
    context.report({ severity: 'warning', code: 'conflict', message }, [...base, 'ssh_redirect_user']);
    return [];
  }
  const keys = readKeys({ metadata: context.instance.publicKeys, report: () => undefined });
  return toSteps(context, account, {
    keys: keys.map(({ line }) => line),
    options: redirectOptions({ from: name, to: login.name }),
  });
}

function toSteps(
  context: UsersContext,
  { name, path }: Account,
  what: { keys: readonly string[]; options?: string },
): Step[] {
  if (what.keys.length === 0) return [];
  return [
    {
      id: `users/${name}/keys`,
      module: 'users',
      stage: 'early',
      action: { kind: 'authorizedKeys', user: name, block: 'users', ...what },
      summary: `${name}: ${what.keys.length} ${what.keys.length === 1 ? 'key' : 'keys'}`,
      ...(path === undefined ? {} : { source: context.place(path) }),
      needs: [`users/${name}`],
    },
  ];
}
