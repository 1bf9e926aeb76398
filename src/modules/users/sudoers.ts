// The sudo rights of an account, one file each, sudoers(5): visudo refuses a file as a whole, and a bad rule must cost nobody else theirs.

import type { Step } from '../../core/plan.ts';
import { type Account, fieldPath } from './accounts.ts';
import { withoutLineEnd } from './names.ts';
import type { UsersContext } from './plan.ts';

/** No step for those who are given no right. */
export function planSudoers(context: UsersContext, accounts: readonly Account[]): Step[] {
  return accounts.flatMap((account) => planAccount(context, account));
}

function planAccount(context: UsersContext, account: Account): Step[] {
  const { name, fields, path } = account;
  const rules = [fields.sudo ?? []].flat().filter((rule): rule is string => rule !== false && rule.trim() !== '');
  if (fields.sudo === false && path !== undefined) {
    const message = 'sudo: false is the old way to say it; without sudo no right is given';
    context.report({ severity: 'note', code: 'deprecated', message }, fieldPath(account, 'sudo'));
  }
  if (rules.length === 0) return [];
  // sudoers reads a word of capitals as an alias, and ALL as everybody.
  if (/^[A-Z][A-Z0-9_]*$/.test(name)) {
    const message = 'a user name in capitals means an alias in sudoers, so this user gets no right';
    context.report({ severity: 'error', code: 'refused', message }, fieldPath(account, 'sudo'));
    return [];
  }
  return [
    {
      id: `users/${name}/sudo`,
      module: 'users',
      stage: 'early',
      action: {
        kind: 'file',
        path: sudoersPath(name),
        content: `# Made by guest-init.\n${rules.map((rule) => `${name} ${withoutLineEnd(rule)}\n`).join('')}`,
        mode: 0o440,
        owner: 'root',
        group: 'root',
        check: 'sudoers',
      },
      summary: `sudo for ${name}`,
      needs: [`users/${name}`],
    },
  ];
}

/** sudo passes over files with a dot in their name. */
function sudoersPath(name: string): string {
  return `/etc/sudoers.d/90-guest-init-${name.replaceAll('.', '%')}`;
}
