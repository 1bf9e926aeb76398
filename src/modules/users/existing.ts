// What an entry says of an account that is there already: useradd(8) alone would apply it, and nobody is made anew.

import type { UserFact } from '../../core/facts.ts';
import type { Account } from './accounts.ts';
import type { UsersContext } from './plan.ts';

/** Fields that make an account what it is when it is made, and are applied then alone. */
const making = [
  ...(['uid', 'gecos', 'homedir', 'shell', 'primary_group', 'system', 'no_create_home', 'no_user_group'] as const),
  ...(['no_log_init', 'expiredate', 'inactive', 'selinux_user'] as const),
];

/** Accounts below are the system's: useradd(8) gives none of them to a person. */
const firstOfPersons = 1000;

/**
 * Says which fields of an entry are not applied, as its account exists. One that is as the entry says may have been made from it, by the
 * run before: nothing is said of it.
 */
export function reportExisting(context: UsersContext, account: Account): void {
  const existing = context.facts.users.find(({ name }) => name === account.name);
  if (existing === undefined) return;
  const fields = making.filter((field) => isSaid(account, field));
  if (fields.length === 0 || mayBeOwn(context, account, existing)) return;
  const message = `the user exists already; not applied to it: ${fields.join(', ')}`;
  context.report({ severity: 'warning', code: 'conflict', message }, account.path ?? ['user']);
}

/** Whether the author said it: the distribution's values are no wish to change an account. */
function isSaid({ fields, defaults }: Account, field: (typeof making)[number]): boolean {
  const value = fields[field];
  if (value === undefined || value === false) return false;
  return !(defaults !== undefined && (field === 'gecos' || field === 'shell') && value === defaults[field]);
}

/** Whether the account may be the one that the entry makes: nothing that is known of it differs. */
function mayBeOwn(context: UsersContext, account: Account, existing: UserFact): boolean {
  const { fields } = account;
  const group = context.facts.groups.find(({ gid }) => gid === existing.gid)?.name;
  const isOfSystem = existing.uid < firstOfPersons;
  return (
    (fields.uid === undefined ? isOfSystem === (fields.system === true) : Number(fields.uid) === existing.uid) &&
    (fields.homedir === undefined || fields.homedir === existing.home) &&
    (!isSaid(account, 'shell') || fields.shell === existing.shell) &&
    (fields.primary_group === undefined || group === undefined || fields.primary_group === group)
  );
}
