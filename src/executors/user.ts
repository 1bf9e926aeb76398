// Accounts, by one useradd(8) each; an account that is there only gains groups, by usermod(8), and what an interrupted useradd did not come to.

import type { UserAction } from '../core/action.ts';
import type { UserFact } from '../core/facts.ts';
import { findShadowEntry } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';
import { findUser, hasGroup, readGroups } from './account-files.ts';
import { runAccountTool } from './account-tool.ts';
import type { Change, Executor } from './executor.ts';
import { makeParentFolders } from './parent-folders.ts';

const skeleton = '/etc/skel';

export const user: Executor<UserAction> = {
  inspect(action, host, { isResumed } = {}) {
    const existing = findUser(host, action.name);
    if (existing === undefined) return { state: 'differs', changes: [{ op: '+', what: describeNew(action) }] };
    const changes: Change[] = listMissingGroups(action, existing, host).map((name) => ({
      op: '+',
      what: `${action.name} in group ${name}`,
    }));
    if (lacksGroup(existing, host, isResumed))
      changes.push({ op: '+', what: `group ${existing.gid} of ${action.name}` });
    if (lacksShadowEntry(existing, host, isResumed))
      changes.push({ op: '+', what: `shadow entry of ${action.name}, locked` });
    if (isResumed && findUnshadowedGroup(existing, host) !== undefined)
      changes.push({ op: '+', what: `shadow entry of group ${existing.gid}, locked` });
    if (lacksHome(action, existing, host)) changes.push({ op: '+', what: `home of ${action.name}` });
    else if (isResumed && listMissingSkeleton(action, existing, host).length > 0)
      changes.push({ op: '+', what: `files of the home of ${action.name}` });
    if (isResumed && listMissingRanges(action, existing, host).length > 0)
      changes.push({ op: '+', what: `subordinate ids of ${action.name}` });
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },

  plainCommands(action, host) {
    if (findUser(host, action.name) !== undefined) return undefined;
    return [['useradd', ...toUseraddOptions(action, host), action.name]];
  },

  apply(action, host, { isResumed }) {
    const existing = findUser(host, action.name);
    if (existing === undefined) {
      runAccountTool(host, ['useradd', ...toUseraddOptions(action, host), action.name]);
      return {};
    }
    const isWithoutGroup = lacksGroup(existing, host, isResumed);
    if (isWithoutGroup) runAccountTool(host, ['groupadd', '-g', String(existing.gid), nameGroup(existing, host)]);
    const unshadowed = isResumed ? findUnshadowedGroup(existing, host) : undefined;
    if (unshadowed !== undefined) runAccountTool(host, ['groupmod', '-p', '!', unshadowed]);
    const isWithoutEntry = lacksShadowEntry(existing, host, isResumed);
    if (isWithoutEntry) {
      runAccountTool(host, ['usermod', '-p', '!', ...listMissingRanges(action, existing, host), action.name]);
      // As useradd leaves users of the system: their passwords have no age.
      if (action.system) runAccountTool(host, ['chage', '-m', '-1', '-M', '-1', '-W', '-1', action.name]);
    }
    const ranges = isResumed ? listMissingRanges(action, existing, host) : [];
    if (ranges.length > 0) runAccountTool(host, ['usermod', ...ranges, action.name]);
    const isHomeless = lacksHome(action, existing, host);
    if (isHomeless) makeHome(existing, host);
    const skeletonFiles = isResumed ? listMissingSkeleton(action, existing, host) : [];
    fillHome(skeletonFiles, existing, host);
    const missing = listMissingGroups(action, existing, host);
    if (missing.length > 0) runAccountTool(host, ['usermod', '-a', '-G', missing.join(','), action.name]);
    const mended = [isWithoutGroup, unshadowed !== undefined, isWithoutEntry, ranges.length > 0, isHomeless];
    return mended.includes(true) || skeletonFiles.length > 0 || missing.length > 0 ? {} : undefined;
  },
};

/** People's own; the others are of the system, and many have no home on purpose (login.defs(5), UID_MIN and UID_MAX). */
const isOwnUid = (uid: number): boolean => uid >= 1000 && uid <= 60_000;

// useradd writes the account before its shadow entry, its group and its home: a crash or a full disk between leaves a user whom PAM lets
// in nowhere, or who can never hold a key. Users of the system may be like that on purpose, but not those whose making was cut off.

function lacksGroup({ uid, gid }: UserFact, host: Host, isResumed = false): boolean {
  return (isResumed || isOwnUid(uid)) && !readGroups(host).some((group) => group.gid === gid);
}

/** The user's primary group, where gshadow(5) is kept and does not have it. */
function findUnshadowedGroup({ gid }: UserFact, host: Host): string | undefined {
  const text = readIfAllowed('/etc/gshadow', host);
  const group = text === undefined ? undefined : readGroups(host).find((candidate) => candidate.gid === gid);
  return group === undefined || text?.split('\n').some((line) => line.startsWith(`${group.name}:`))
    ? undefined
    : group.name;
}

/** The password is said to be in shadow(5), and is not. */
function lacksShadowEntry({ name, uid }: UserFact, host: Host, isResumed = false): boolean {
  if (
    !(isResumed || isOwnUid(uid)) ||
    !(host.readText('/etc/passwd') ?? '').split('\n').some((line) => line.startsWith(`${name}:x:`))
  )
    return false;
  const text = readIfAllowed('/etc/shadow', host);
  return text !== undefined && findShadowEntry(text, name) === undefined;
}

/** Undefined too for somebody who only looks and is not root. */
function readIfAllowed(path: string, host: Host): string | undefined {
  try {
    return host.readText(path);
  } catch {
    return undefined;
  }
}

/** The ranges of subuid(5) and subgid(5) that useradd gives after the shadow entry, where the guest keeps them. */
function toSubordinateOptions(name: string, host: Host): string[] {
  const definitions = host.readText('/etc/login.defs') ?? '';
  const define = (key: string, usual: number): number =>
    Number(new RegExp(`^\\s*${key}\\s+(\\d+)\\s*$`, 'm').exec(definitions)?.[1] ?? usual);
  return (['uid', 'gid'] as const).flatMap((kind) => {
    const text = host.readText(`/etc/sub${kind}`);
    const count = define(`SUB_${kind.toUpperCase()}_COUNT`, 65_536);
    if (text === undefined || count === 0) return [];
    const ranges = text.split('\n').map((line) => line.split(':'));
    if (ranges.some(([owner]) => owner === name)) return [];
    const ends = ranges.flatMap(([, first, length]) => (length === undefined ? [] : [Number(first) + Number(length)]));
    const start = Math.max(define(`SUB_${kind.toUpperCase()}_MIN`, 100_000), ...ends.filter(Number.isSafeInteger));
    return [`--add-sub${kind}s`, `${start}-${start + count - 1}`];
  });
}

/** What a cut took of the files that useradd writes last. */
function listMissingRanges({ system, name }: UserAction, { uid }: UserFact, host: Host): string[] {
  return system === true || !isOwnUid(uid) ? [] : toSubordinateOptions(name, host);
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
  fillHome(host.list(skeleton), { home, uid, gid }, host);
}

function fillHome(
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
function listMissingSkeleton(action: UserAction, { home, uid }: UserFact, host: Host): string[] {
  if (action.createHome === false || action.system === true || !isOwnUid(uid) || !home.startsWith('/')) return [];
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
