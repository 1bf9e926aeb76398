// Groups and their members, by groupadd(8) and gpasswd(1).

import type { GroupAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import { readGroups } from './account-files.ts';
import { runAccountTool } from './account-tool.ts';
import type { Change, Executor } from './executor.ts';

export const group: Executor<GroupAction> = {
  inspect(action, host) {
    const { isMissing, members } = compare(action, host);
    const changes: Change[] = [
      ...(isMissing ? [{ op: '+' as const, what: `group ${action.name}` }] : []),
      ...members.map((member) => ({ op: '+' as const, what: `${member} in group ${action.name}` })),
    ];
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },

  apply(action, host) {
    const { isMissing, members } = compare(action, host);
    if (!isMissing && members.length === 0) return undefined;
    if (isMissing) {
      const options = [
        ...(action.gid === undefined ? [] : ['-g', String(action.gid)]),
        ...(action.system === true ? ['-r'] : []),
      ];
      runAccountTool(host, ['groupadd', ...options, action.name]);
    }
    for (const member of members) runAccountTool(host, ['gpasswd', '-a', member, action.name]);
    return {};
  },
};

function compare(action: GroupAction, host: Host): { isMissing: boolean; members: string[] } {
  const existing = readGroups(host).find(({ name }) => name === action.name);
  const members = (action.members ?? []).filter((member) => !(existing?.members.includes(member) ?? false));
  return { isMissing: existing === undefined, members };
}
