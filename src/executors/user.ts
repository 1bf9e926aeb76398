// Accounts, by one useradd(8) each; an account that is there only gains groups, by usermod(8), and what an interrupted useradd did not come to.

import type { UserAction } from '../core/action.ts';
import type { UserFact } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { findUser, hasGroup, readGroups } from './account-files.ts';
import { runAccountTool } from './account-tool.ts';
import type { Change, Executor } from './executor.ts';
import { makeParentFolders } from './parent-folders.ts';

const skeleton = '/etc/skel';

export const user: Executor<UserAction> = {
  inspect(action, host) {
    const existing = findUser(host, action.name);
    if (existing === undefined) return { state: 'differs', changes: [{ op: '+', what: describeNew(action) }] };
    const changes: Change[] = listMissingGroups(action, existing, host).map((name) => ({
      op: '+',
      what: `${action.name} in group ${name}`,
    }));
    if (lacksGroup(existing, host)) changes.push({ op: '+', what: `group ${existing.gid} of ${action.name}` });
    if (lacksHome(action, existing, host)) changes.push({ op: '+', what: `home of ${action.name}` });
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },

  plainCommands(action, host) {
    if (findUser(host, action.name) !== undefined) return undefined;
    return [['useradd', ...toUseraddOptions(action, host), action.name]];
  },

  apply(action, host) {
    const existing = findUser(host, action.name);
    if (existing === undefined) {
      runAccountTool(host, ['useradd', ...toUseraddOptions(action, host), action.name]);
      return {};
    }
    const isWithoutGroup = lacksGroup(existing, host);
    if (isWithoutGroup) runAccountTool(host, ['groupadd', '-g', String(existing.gid), nameGroup(existing, host)]);
    const isHomeless = lacksHome(action, existing, host);
    if (isHomeless) makeHome(existing, host);
    const missing = listMissingGroups(action, existing, host);
    if (missing.length > 0) runAccountTool(host, ['usermod', '-a', '-G', missing.join(','), action.name]);
    return isWithoutGroup || isHomeless || missing.length > 0 ? {} : undefined;
  },
};

/** People's own; the others are of the system, and many have no home on purpose (login.defs(5), UID_MIN and UID_MAX). */
const isOwnUid = (uid: number): boolean => uid >= 1000 && uid <= 60_000;

// useradd writes the account before its group and its home: a crash or a full disk between leaves a user who can never hold a key.

function lacksGroup({ uid, gid }: UserFact, host: Host): boolean {
  return isOwnUid(uid) && !readGroups(host).some((group) => group.gid === gid);
}

function lacksHome({ createHome, system }: UserAction, { uid, home }: UserFact, host: Host): boolean {
  if (createHome === false || system === true || !isOwnUid(uid)) return false;
  return home.startsWith('/') && host.stat(home) === undefined;
}

/** A name that nobody has yet: the user's own, as useradd would have it. */
function nameGroup({ name, gid }: UserFact, host: Host): string {
  return hasGroup(host, name) ? `${name}-${gid}` : name;
}

function describeNew({ name, groups = [] }: UserAction): string {
  return groups.length === 0 ? `user ${name}` : `user ${name} in ${groups.join(', ')}`;
}

function listMissingGroups(action: UserAction, existing: UserFact, host: Host): string[] {
  const groups = readGroups(host);
  const has = new Set(
    groups.filter(({ gid, members }) => gid === existing.gid || members.includes(action.name)).map(({ name }) => name),
  );
  return (action.groups ?? []).filter((name) => !has.has(name));
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

/** With the plain files of the skeleton. */
function makeHome({ home, uid, gid }: UserFact, host: Host): void {
  makeParentFolders(home, host, { uid: 0, gid: 0 });
  host.makeDirectory(home, { mode: findHomeMode(host.readText('/etc/login.defs') ?? ''), uid, gid });
  for (const name of host.list(skeleton)) {
    const source = `${skeleton}/${name}`;
    const stat = host.stat(source);
    const content = stat?.kind === 'file' ? host.readFile(source) : undefined;
    if (stat !== undefined && content !== undefined) {
      host.writeFile(`${home}/${name}`, content, { mode: stat.mode & 0o777, uid, gid });
    }
  }
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
