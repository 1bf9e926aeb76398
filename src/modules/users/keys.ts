// The keys of one account: its own ssh_authorized_keys, or with ssh_redirect_user the launch keys bound to a message.

import type { Step } from '../../core/plan.ts';
import { readKeys } from '../ssh-authorized-keys/read-keys.ts';
import { redirectOptions } from '../ssh-authorized-keys/redirect.ts';
import { planImports } from '../ssh-import-id/imports.ts';
import { type Account, fieldPath } from './accounts.ts';
import type { LoginUser } from './login-user.ts';
import type { UsersContext } from './plan.ts';

const noHome = 'this user gets no home directory (system or no_create_home), so there is no place for keys';

/** Keys that a site has for the account's owner: its own ssh_import_id. */
export function planAccountImports(context: UsersContext, account: Account): Step[] {
  const { name, fields } = account;
  const said = importKeys.filter((key) => fields[key] !== undefined);
  const [first] = said;
  if (first === undefined) return [];
  if (fields.system === true || fields.no_create_home === true) {
    context.report({ severity: 'error', code: 'conflict', message: noHome }, fieldPath(account, first));
    return [];
  }
  for (const key of said) {
    if (key === 'ssh_import_id') continue;
    const today = key === 'coreos_ssh_import_url' ? 'ssh_authorized_keys' : 'ssh_import_id';
    context.report(
      { severity: 'note', code: 'deprecated', message: `${today} says it today` },
      fieldPath(account, key),
    );
  }
  const { coreos_ssh_import_github: one, coreos_ssh_import_github_users: several = [] } = fields;
  const names = [...(one === undefined ? [] : [one]), ...several];
  const ids = [...(fields.ssh_import_id ?? []), ...names.map((person) => `gh:${person}`)];
  const common = {
    module: 'users',
    source: context.place(fieldPath(account, first)),
    needs: [`users/${name}`],
  } as const;
  const url = fields.coreos_ssh_import_url;
  return [
    ...planImports(ids, { ...common, user: name }),
    ...(url === undefined ? [] : [planUrlImport(name, url, common)]),
  ];
}

const importKeys = [
  'ssh_import_id',
  'coreos_ssh_import_github',
  'coreos_ssh_import_github_users',
  'coreos_ssh_import_url',
] as const;

function planUrlImport(user: string, url: string, common: Pick<Step, 'module'>): Step {
  return {
    ...{ ...common, id: `coreos_ssh_import_url/${user}`, stage: 'late' },
    summary: `${user}: the keys of ${new URL(url).host}`,
    action: { kind: 'importKeys', user, from: { site: 'url', url } },
  };
}

export function planAccountKeys(given: { context: UsersContext; account: Account; login: LoginUser }): Step[] {
  const { context, account, login } = given;
  const { name, fields } = account;
  const redirects = fields.ssh_redirect_user === true || fields.ssh_redirect_user === 'default';
  if (fields.ssh_authorized_keys === undefined && !redirects) return [];
  const key = fields.ssh_authorized_keys === undefined ? 'ssh_redirect_user' : 'ssh_authorized_keys';
  if (fields.system === true || fields.no_create_home === true) {
    context.report({ severity: 'error', code: 'conflict', message: noHome }, fieldPath(account, key));
    return [];
  }
  if (fields.ssh_authorized_keys !== undefined) {
    if (redirects) {
      const message = 'ssh_authorized_keys is given too and wins';
      context.report({ severity: 'warning', code: 'conflict', message }, fieldPath(account, 'ssh_redirect_user'));
    }
    const keys = readKeys({
      value: fields.ssh_authorized_keys,
      path: fieldPath(account, 'ssh_authorized_keys'),
      report: context.report,
    });
    return toSteps(context, account, {
      keys: keys.map(({ line, options }) => (options === undefined ? line : `${options} ${line}`)),
    });
  }
  if (login.name === undefined || login.name === name) {
    const message = 'there is no other user to redirect to';
    context.report({ severity: 'warning', code: 'conflict', message }, fieldPath(account, 'ssh_redirect_user'));
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
