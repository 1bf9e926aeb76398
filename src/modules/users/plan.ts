// From `users` and `user` to steps: missing groups, accounts, passwords and locks, keys, and sudoers files.

import type { UserAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { listPasswordTargets } from '../passwords/targets.ts';
import { type Account, collectAccounts, fieldPath, listGroupNames, readGroupMembers } from './accounts.ts';
import { reportExisting } from './existing.ts';
import { planAccountImports, planAccountKeys } from './keys.ts';
import { type LoginUser, receivesSomething, resolveLoginUser } from './login-user.ts';
import { planAccountPassword } from './password.ts';
import { listUserRequests, oldSpellings, readLegacyUser } from './requests.ts';
import type { Users } from './schema.ts';
import { planSudoers } from './sudoers.ts';

export type UsersContext = ModuleContext<Users>;

/** Steps in the order in which they must happen: groups, then per account user, password and keys, then the sudoers files. */
export function planUsers(context: UsersContext): Step[] {
  const { validated, instance, policy } = context;
  const login = resolveLoginUser(context);
  const { accounts, duplicates } = collectAccounts({
    requests: listUserRequests(context.config.users) ?? [],
    legacy: readLegacyUser(context.config.user),
    login,
    createDefault: login.makesDefault,
  });
  for (const { path } of duplicates) {
    context.report(
      {
        severity: 'warning',
        code: 'duplicate-key',
        message: 'this user is listed before; the first entry wins where both say something',
      },
      path,
    );
  }
  reportOldForms(context);
  reportStandIn(context, login);
  reportNoReceiver(context, login);
  const passwordTargets = listPasswordTargets({ document: validated, instance, policy, login });
  const groups = planGroups(context, accounts);
  const members = readGroupMembers(validated.groups);
  const steps: Step[] = [...groups.steps];
  for (const account of accounts) {
    reportUnsupported(context, account);
    reportExisting(context, account);
    steps.push(planAccount({ context, account, groups: groups.byAccount.get(account.name) ?? [], members }));
    const setElsewhere = passwordTargets.has(account.name);
    const more = [
      ...planAccountPassword({ context, account, setElsewhere }),
      ...planAccountKeys({ context, account, login }),
      ...planAccountImports(context, account),
    ];
    for (const step of more) steps.push(step);
  }
  return [...steps, ...planSudoers(context, accounts)];
}

/** Groups that accounts need and that neither the guest nor the key `groups` has; and each account's final list. */
function planGroups(
  context: UsersContext,
  accounts: readonly Account[],
): { steps: Step[]; byAccount: Map<string, string[]> } {
  const known = new Set([
    ...context.facts.groups.map(({ name }) => name),
    ...readGroupMembers(context.validated.groups).keys(),
  ]);
  const steps: Step[] = [];
  const byAccount = new Map<string, string[]>();
  for (const account of accounts) {
    const { name, fields, path, defaults } = account;
    const groups: string[] = [];
    const wanted = listGroupNames(fields.groups);
    for (const group of [...wanted, ...(fields.primary_group === undefined ? [] : [fields.primary_group])]) {
      const isPrimary = !wanted.includes(group);
      if (!known.has(group) && fields.create_groups === false) {
        context.report(
          {
            severity: 'error',
            code: 'guest',
            message: 'a group that the guest does not have, with create_groups false; it is left out',
          },
          fieldPath(account, isPrimary ? 'primary_group' : 'groups'),
        );
        continue;
      }
      if (!known.has(group)) {
        known.add(group);
        steps.push({
          id: `groups/${group}`,
          module: 'users',
          stage: 'early',
          action: { kind: 'group', name: group },
          summary: `group ${group}`,
          ...withSource(context, path),
        });
      }
      if (!isPrimary) groups.push(group);
    }
    const usual = (defaults?.groups ?? []).filter((group) => known.has(group));
    byAccount.set(name, [...new Set([...groups, ...usual])]);
  }
  return { steps, byAccount };
}

function planAccount(given: {
  context: UsersContext;
  account: Account;
  groups: readonly string[];
  members: ReadonlyMap<string, readonly string[]>;
}): Step {
  const { context, account, members } = given;
  const { name, fields, path } = account;
  const memberships = [...members].filter(([, names]) => names.includes(name)).map(([group]) => group);
  const groups = [...new Set([...given.groups, ...memberships])];
  const primaryGroup = isUsableGroup(context, account) ? fields.primary_group : undefined;
  const action: UserAction = {
    kind: 'user',
    name,
    ...(fields.uid === undefined ? {} : { uid: Number(fields.uid) }),
    ...(fields.gecos === undefined ? {} : { gecos: fields.gecos }),
    ...(fields.homedir === undefined ? {} : { home: fields.homedir }),
    ...(fields.shell === undefined ? {} : { shell: fields.shell }),
    ...(primaryGroup === undefined ? {} : { primaryGroup }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(fields.system === true ? { system: true } : {}),
    createHome: fields.no_create_home !== true && fields.system !== true,
    ...(fields.no_user_group === true ? { userGroup: false } : {}),
    ...(fields.no_log_init === true ? { logInit: false } : {}),
    ...(fields.expiredate === undefined ? {} : { expireDate: fields.expiredate }),
    ...(fields.inactive === undefined ? {} : { inactiveDays: Number(fields.inactive) }),
    ...(fields.selinux_user === undefined ? {} : { selinuxUser: fields.selinux_user }),
  };
  const group = primaryGroup === undefined ? undefined : `groups/${primaryGroup}`;
  return {
    id: `users/${name}`,
    module: 'users',
    stage: 'early',
    action,
    summary: groups.length === 0 ? name : `${name} in ${groups.join(', ')}`,
    ...withSource(context, path),
    ...(group === undefined ? {} : { needs: [group] }),
  };
}

function isUsableGroup(context: UsersContext, { fields }: Account): boolean {
  if (fields.primary_group === undefined) return false;
  if (fields.create_groups !== false) return true;
  return (
    context.facts.groups.some(({ name }) => name === fields.primary_group) ||
    readGroupMembers(context.validated.groups).has(fields.primary_group)
  );
}

function reportUnsupported(context: UsersContext, account: Account): void {
  const remedies = {
    doas: 'doas rules are not applied; write_files can make /etc/doas.d/NAME.conf',
    snapuser: 'snap users are not made',
  };
  for (const [key, message] of Object.entries(remedies)) {
    if (account.fields[key as keyof typeof remedies] === undefined) continue;
    context.report({ severity: 'warning', code: 'unsupported-key', message }, fieldPath(account, key));
  }
}

function reportStandIn(context: UsersContext, { standsIn, makesDefault, defaultUser }: LoginUser): void {
  if (!standsIn || !makesDefault) return;
  const receiver = defaultUser.name === 'root' ? 'root' : 'the default user is made and';
  const message = `faulty entries of \`users\` were left out; ${receiver} receives the keys and passwords in their place`;
  context.report({ severity: 'warning', code: 'conflict', message }, ['users']);
}

/** Here, and not by each module that has something for the login user: it is `users` that would have to change. */
function reportNoReceiver(context: UsersContext, { name, asksForUsers }: LoginUser): void {
  if (name !== undefined || !receivesSomething(context)) return;
  const why = asksForUsers ? 'nobody in `users` has a home directory and may log in' : '`users` asks for nobody';
  const message = `there is no user to receive the keys and passwords that name none: ${why}`;
  context.report({ severity: 'warning', code: 'conflict', message }, ['users']);
}

function reportOldForms(context: UsersContext): void {
  const { users, user } = context.config;
  if (user !== undefined) {
    context.report(
      {
        severity: 'note',
        code: 'deprecated',
        message: 'user is the old way to name the default user; a list of users says it today',
      },
      ['user'],
    );
  }
  if (typeof users === 'string' || (users !== undefined && !Array.isArray(users))) {
    context.report({ severity: 'note', code: 'deprecated', message: 'users is a list today' }, ['users']);
  }
  if (!Array.isArray(users)) return;
  users.forEach((entry, index) => {
    if (typeof entry !== 'object' || Array.isArray(entry)) return;
    for (const key of oldSpellings) {
      if (!(key in entry)) continue;
      const message = `${key} is the old spelling of ${key.replaceAll('-', '_')}`;
      context.report({ severity: 'note', code: 'deprecated', message }, ['users', index, key]);
    }
  });
}

/** `source` of a step, or nothing for what nobody wrote down. */
function withSource(
  context: Pick<UsersContext, 'place'>,
  path: readonly (string | number)[] | undefined,
): { source?: string } {
  return path === undefined ? {} : { source: context.place(path) };
}
