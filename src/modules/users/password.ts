// The password fields of one account and its lock, as one step where anything is to be done.

import type { PasswordAction } from '../../core/action.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { isHashLike } from '../passwords/targets.ts';
import { type Account, fieldPath } from './accounts.ts';
import type { UsersContext } from './plan.ts';

/** `setElsewhere`: chpasswd, password or admin_pass gives this user a password later in the same plan, so it is not locked first. */
export function planAccountPassword(given: { context: UsersContext; account: Account; setElsewhere: boolean }): Step[] {
  const { context, account } = given;
  const { name, fields } = account;
  const report = (
    severity: 'warning' | 'error',
    code: 'conflict' | 'value' | 'refused',
    message: string,
    key: string,
  ) => context.report({ severity, code, message }, fieldPath(account, key));

  const present = (['hashed_passwd', 'plain_text_passwd', 'passwd'] as const).filter(
    (key) => fields[key] !== undefined,
  );
  const blank = present.filter((key) => fields[key] === '');
  for (const key of blank) report('error', 'refused', 'a blank password lets anybody log in; it is not set', key);
  const [key, ...others] = present.filter((candidate) => !blank.includes(candidate));
  for (const other of others) report('warning', 'conflict', `${key} is given too and wins`, other);

  const exists = context.facts.users.some((user) => user.name === name);
  const lock = fields.lock_passwd ?? true;
  if (key === undefined) {
    // A new account starts locked; lock_passwd false without a password opens nothing.
    if (!exists || given.setElsewhere) return [];
    return lock ? [toStep(context, account, { kind: 'password', user: name, lock: true })] : [];
  }
  const text = fields[key] ?? '';
  const hashed = key !== 'plain_text_passwd';
  if (hashed && !isHashLike(text)) {
    report(
      'warning',
      'value',
      'not a crypt(3) hash, so nobody can log in with it; plain text goes to plain_text_passwd',
      key,
    );
  }
  if (lock && !given.setElsewhere) {
    report('warning', 'conflict', 'the password is set but locked; lock_passwd: false makes it usable', key);
  }
  const action: PasswordAction = {
    kind: 'password',
    user: name,
    password: new Secret(text),
    ...(hashed ? { hashed: true } : {}),
    ...(key === 'passwd' ? { onlyIfUnset: true } : {}),
    ...(lock && !given.setElsewhere ? { lock: true } : {}),
    ...(fields.lock_passwd === false ? { lock: false } : {}),
  };
  return [toStep(context, account, action)];
}

function toStep(context: UsersContext, { name, path }: Account, action: PasswordAction): Step {
  const what = action.password === undefined ? 'locked' : action.lock === true ? 'set, locked' : 'set';
  return {
    id: `users/${name}/password`,
    module: 'users',
    stage: 'early',
    action,
    summary: `password of ${name} ${what}`,
    ...(path === undefined ? {} : { source: context.place(path) }),
    needs: [`users/${name}`],
  };
}
