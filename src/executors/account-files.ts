// The account files as they are at this moment: an earlier step of the same run may have made the user that this one needs.

import type { GroupFact, UserFact } from '../core/facts.ts';
import { parseGroups, parseUsers } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';

export function findUser(host: Host, name: string): UserFact | undefined {
  return parseUsers(host.readText('/etc/passwd') ?? '').find((user) => user.name === name);
}

export function readGroups(host: Host): GroupFact[] {
  return parseGroups(host.readText('/etc/group') ?? '');
}
