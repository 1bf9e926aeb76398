// Accounts, by one useradd(8) each; to one that is there only what it lacks is added.

import type { UserAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import { findUser, hasGroup } from './account-files.ts';
import { runAccountTool } from './account-tool.ts';
import type { Executor } from './executor.ts';
import { findMissingParts } from './unfinished-user.ts';

export const user: Executor<UserAction> = {
  inspect(action, host, { isResumed = false } = {}) {
    const existing = findUser(host, action.name);
    if (existing === undefined) return { state: 'differs', changes: [{ op: '+', what: describeNew(action) }] };
    const parts = [...findMissingParts(action, existing, host, isResumed)];
    return parts.length === 0
      ? { state: 'same' }
      : { state: 'differs', changes: parts.map(({ what }) => ({ op: '+', what })) };
  },

  plainCommands(action, host) {
    if (findUser(host, action.name) !== undefined) return undefined;
    return [['useradd', ...toUseraddOptions(action, host), action.name]];
  },

  apply(action, host, { isResumed = false }) {
    const existing = findUser(host, action.name);
    if (existing === undefined) {
      runAccountTool(host, ['useradd', ...toUseraddOptions(action, host), action.name]);
      return {};
    }
    let isChanged = false;
    for (const part of findMissingParts(action, existing, host, isResumed)) {
      part.add();
      isChanged = true;
    }
    return isChanged ? {} : undefined;
  },
};

function describeNew({ name, groups = [] }: UserAction): string {
  return groups.length === 0 ? `user ${name}` : `user ${name} in ${groups.join(', ')}`;
}

function toUseraddOptions(action: UserAction, host: Host): string[] {
  // useradd refuses to make a private group whose name is taken; that group is then the obvious primary one.
  const primary = action.primaryGroup ?? (hasGroup(host, action.name) ? action.name : undefined);
  const valued: [flag: string, value: string | number | undefined][] = [
    ['-u', action.uid],
    ['-c', action.gecos],
    ['-d', action.home],
    ['-s', action.shell],
    ['-g', primary],
    ['-G', action.groups === undefined || action.groups.length === 0 ? undefined : action.groups.join(',')],
    ['-e', action.expireDate],
    ['-f', action.inactiveDays],
    ['-Z', action.selinuxUser],
  ];
  return [
    ...valued.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
    ...(action.system === true ? ['-r'] : []),
    action.createHome === false ? '-M' : '-m',
    ...(primary === undefined && action.userGroup !== undefined ? [action.userGroup ? '-U' : '-N'] : []),
    ...(action.logInit === false ? ['-l'] : []),
  ];
}
