// From `groups` to one step per group. Members that the same document makes join when they are made, in the module of users.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { readGroupMembers } from '../users/accounts.ts';
import { resolveLoginUser } from '../users/login-user.ts';
import type { Groups } from './schema.ts';

/** Steps `groups/NAME`. A member who neither exists nor is made is reported and left out; the group is made all the same. */
export function planGroups(context: ModuleContext<Groups>): Step[] {
  const { groups } = context.config;
  const { planned } = resolveLoginUser(context);
  const existing = new Set(context.facts.users.map(({ name }) => name));
  return [...readGroupMembers(groups)].map(([name, names]): Step => {
    const path = findPath(groups, name);
    const members = [...new Set(names)].filter((member) => existing.has(member) && !planned.has(member));
    if (names.some((member) => !existing.has(member) && !planned.has(member))) {
      const message = 'a member is no user of this guest and is not in `users`; it is left out';
      context.report({ severity: 'error', code: 'guest', message }, path);
    }
    return {
      id: `groups/${name}`,
      module: 'groups',
      stage: 'early',
      action: { kind: 'group', name, ...(members.length === 0 ? {} : { members }) },
      summary: members.length === 0 ? name : `${name}: ${members.join(', ')}`,
      source: context.place(path),
    };
  });
}

function findPath(groups: Groups['groups'], name: string): (string | number)[] {
  if (!Array.isArray(groups)) return typeof groups === 'string' ? ['groups'] : ['groups', name];
  const index = groups.findIndex((entry) => (typeof entry === 'string' ? entry === name : name in entry));
  if (index < 0) return ['groups'];
  return typeof groups[index] === 'string' ? ['groups', index] : ['groups', index, name];
}
