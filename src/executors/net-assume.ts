// NetworkManager, which starts after us, takes the links over as they are, under the profiles written for them: by the state file that it
// keeps of each device across its own restarts. Without it, it would treat links that are up as somebody else's, name servers and all.

import type { NetAssumeAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';
import { makeParentFolders } from './parent-folders.ts';

const runningMark = '/run/NetworkManager/NetworkManager.pid';
const root = { uid: 0, gid: 0 };

export const netAssume: Executor<NetAssumeAction> = {
  inspect(action, host) {
    if (!host.live || host.stat(runningMark) !== undefined) return { state: 'same' };
    const open = action.links.filter(({ name, uuid }) => {
      const path = findStatePath(name, host);
      return path !== undefined && !host.readText(path)?.includes(`connection-uuid=${uuid}\n`);
    });
    if (open.length === 0) return { state: 'same' };
    return {
      state: 'differs',
      changes: open.map(({ name }) => ({ op: '+', what: `NetworkManager takes ${name} over` })),
    };
  },

  apply({ links }, host) {
    for (const { name, uuid } of links) {
      const path = findStatePath(name, host);
      if (path === undefined) continue;
      makeParentFolders(path, host, root);
      host.writeFile(path, `[device]\nmanaged=true\nconnection-uuid=${uuid}\n`, { mode: 0o644, ...root });
    }
    return undefined;
  },
};

/** Named by the kernel's index of the link; undefined for a link that is not there. */
function findStatePath(link: string, host: Host): string | undefined {
  const index = host.readText(`/sys/class/net/${link}/ifindex`)?.trim();
  return index === undefined ? undefined : `/run/NetworkManager/devices/${index}`;
}
