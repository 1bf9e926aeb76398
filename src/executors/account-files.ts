// The account files as they are at this moment: an earlier step of the same run may have made the user that this one needs.

import type { GroupFact, UserFact } from '../core/facts.ts';
import { parseGroups, parseUsers } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';

export function findUser(host: Host, name: string): UserFact | undefined {
  return parseUsers(selectRecords(host.readText('/etc/passwd'), name)).find((user) => user.name === name);
}

export function hasGroup(host: Host, name: string): boolean {
  return parseGroups(selectRecords(host.readText('/etc/group'), name)).some((group) => group.name === name);
}

export function readGroups(host: Host): GroupFact[] {
  return parseGroups(host.readText('/etc/group') ?? '');
}

/** The lines that begin with a name: for each of a hundred users every record would be taken apart. */
function selectRecords(text = '', name: string): string {
  const lines = `\n${text}\n`;
  const records: string[] = [];
  for (let at = lines.indexOf(`\n${name}:`); at >= 0; at = lines.indexOf(`\n${name}:`, at + 1)) {
    records.push(lines.slice(at + 1, lines.indexOf('\n', at + 1)));
  }
  return records.join('\n');
}
