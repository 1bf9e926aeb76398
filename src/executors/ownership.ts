// Owners by name: resolved when the file is made, because an earlier step may have made the user.

import { AgentError, exitCodes } from '../core/error.ts';
import { parseGroups, parseUsers } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';

export type Ownership = { readonly uid: number; readonly gid: number };

/**
 * The numbers of an owner and a group given by name or number; root where nothing is given. Throws AgentError naming `path` and the
 * account that the guest does not have.
 */
export function resolveOwnership(
  { path, owner, group }: { path: string; owner?: string; group?: string },
  host: Pick<Host, 'readText'>,
): Ownership {
  const uid =
    owner === undefined || owner === 'root'
      ? 0
      : (parseUsers(host.readText('/etc/passwd') ?? '').find((user) => user.name === owner)?.uid ?? readNumber(owner));
  const gid =
    group === undefined || group === 'root'
      ? 0
      : (parseGroups(host.readText('/etc/group') ?? '').find((entry) => entry.name === group)?.gid ??
        readNumber(group));
  if (uid === undefined)
    throw new AgentError(exitCodes.internal, `${path}: its owner ${owner} does not exist on this guest`);
  if (gid === undefined)
    throw new AgentError(exitCodes.internal, `${path}: its group ${group} does not exist on this guest`);
  return { uid, gid };
}

/** The largest id that is not the kernel's "unchanged". */
const largestId = 4_294_967_294;

function readNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= largestId ? Number(text) : undefined;
}
