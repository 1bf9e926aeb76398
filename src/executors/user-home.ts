// Homes that useradd(8) did not come to make or fill.

import type { UserFact } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { makeParentFolders } from './parent-folders.ts';

const skeleton = '/etc/skel';

/** Makes a home with the plain files of the skeleton, as useradd(8) does. */
export function makeHome({ home, uid, gid }: UserFact, host: Host): void {
  makeParentFolders(home, host, { uid: 0, gid: 0 });
  host.makeDirectory(home, { mode: findHomeMode(host.readText('/etc/login.defs') ?? ''), uid, gid });
  fillHome(host.list(skeleton), { home, uid, gid }, host);
}

/** Copies these plain files of the skeleton. */
export function fillHome(
  names: readonly string[],
  { home, uid, gid }: Pick<UserFact, 'home' | 'uid' | 'gid'>,
  host: Host,
): void {
  for (const name of names) {
    const source = `${skeleton}/${name}`;
    const stat = host.stat(source);
    const content = stat?.kind === 'file' ? host.readFile(source) : undefined;
    if (stat !== undefined && content !== undefined) {
      host.writeFile(`${home}/${name}`, content, { mode: stat.mode & 0o777, uid, gid });
    }
  }
}

/** Plain files of the skeleton that a power cut took from the home, or emptied: useradd leaves them to the kernel's memory. */
export function listMissingSkeleton({ home, uid }: Pick<UserFact, 'home' | 'uid'>, host: Host): string[] {
  return host.list(skeleton).filter((name) => {
    const wanted = host.stat(`${skeleton}/${name}`);
    const found = host.stat(`${home}/${name}`);
    if (wanted?.kind !== 'file' || wanted.size === 0) return false;
    return found === undefined || (found.kind === 'file' && found.size === 0 && found.uid === uid);
  });
}

/** As useradd takes it from login.defs(5): HOME_MODE, else what UMASK leaves; private where neither is said. */
function findHomeMode(definitions: string): number {
  const find = (name: string): number | undefined => {
    const value = new RegExp(`^\\s*${name}\\s+(0?[0-7]{3})\\s*$`, 'm').exec(definitions)?.[1];
    return value === undefined ? undefined : Number.parseInt(value, 8);
  };
  const umask = find('UMASK');
  return find('HOME_MODE') ?? (umask === undefined ? 0o700 : 0o777 & ~umask);
}
