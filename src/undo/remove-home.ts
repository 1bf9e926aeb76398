// The home of a user that we made: it goes when it holds nothing but what useradd(8) put there.

import type { UserFact } from '../core/facts.ts';
import type { Host } from '../host/host.ts';

const skeleton = '/etc/skel';

/** Gives what is in the way, undefined when the home is gone. Folders are told, not looked into: a user's files are theirs. */
export function removeHome({ home, name }: UserFact, host: Host): string | undefined {
  removeMailbox(name, host);
  if (host.stat(home)?.kind !== 'directory') return undefined;
  const names = host.list(home);
  const foreign = names.filter((entry) => !isOfSkeleton(`${home}/${entry}`, `${skeleton}/${entry}`, host));
  const [first] = foreign;
  if (first !== undefined) return `not empty: ${first}${foreign.length > 1 ? ` and ${foreign.length - 1} more` : ''}`;
  for (const entry of names) host.remove(`${home}/${entry}`);
  host.remove(home);
  return undefined;
}

function isOfSkeleton(path: string, original: string, host: Host): boolean {
  const stat = host.stat(path);
  if (stat?.kind === 'symlink') return host.readLink(path) === host.readLink(original);
  if (stat?.kind !== 'file' || host.stat(original)?.kind !== 'file') return false;
  const content = host.readFile(original);
  return content !== undefined && Buffer.from(content).equals(host.readFile(path) ?? new Uint8Array());
}

/** Some distributions make an empty one with the account. */
function removeMailbox(name: string, host: Host): void {
  const path = `/var/mail/${name}`;
  const stat = host.stat(path);
  if (stat?.kind === 'file' && stat.size === 0) host.remove(path);
}
