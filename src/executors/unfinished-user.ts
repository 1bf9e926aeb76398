// What an account that is there lacks of what it is to be: groups that are asked for, and what an interrupted useradd(8) did not come to.
// useradd writes the account before its shadow entry, its group and its home: a crash or a full disk between leaves a user whom PAM lets
// in nowhere, or who can never hold a key. Users of the system may be like that on purpose, but not those whose making was cut off.

import type { UserAction } from '../core/action.ts';
import type { UserFact } from '../core/facts.ts';
import { findShadowEntry } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';
import { hasGroup, readGroups } from './account-files.ts';
import { runAccountTool } from './account-tool.ts';
import { fillHome, listMissingSkeleton, makeHome } from './user-home.ts';

export type MissingPart = { readonly what: string; add(): void };

/**
 * Finds what is missing part by part: who adds each before asking for the next has the later ones judged by what the guest then is.
 * `isResumed`: the run before was cut off, and the account may be one that it was making.
 */
export function* findMissingParts(
  action: UserAction,
  existing: UserFact,
  host: Host,
  isResumed: boolean,
): Generator<MissingPart> {
  const { name } = action;
  const { gid } = existing;
  const mayBeHalf = isResumed || isOwnUid(existing.uid);
  const isPersons = action.system !== true && isOwnUid(existing.uid);
  const modifyUser = (...options: readonly string[]): void => runAccountTool(host, ['usermod', ...options, name]);

  if (mayBeHalf && !readGroups(host).some((group) => group.gid === gid)) {
    yield {
      what: `group ${gid} of ${name}`,
      add: () => runAccountTool(host, ['groupadd', '-g', String(gid), nameGroup(existing, host)]),
    };
  }
  const group = isResumed ? findUnshadowedGroup(existing, host) : undefined;
  if (group !== undefined) {
    yield {
      what: `shadow entry of group ${gid}, locked`,
      add: () => runAccountTool(host, ['groupmod', '-p', '!', group]),
    };
  }
  if (mayBeHalf && lacksShadowEntry(name, host)) {
    yield {
      what: `shadow entry of ${name}, locked`,
      add: () => {
        modifyUser('-p', '!', ...(isPersons ? toSubordinateOptions(name, host) : []));
        // As useradd leaves users of the system: their passwords have no age.
        if (action.system) runAccountTool(host, ['chage', '-m', '-1', '-M', '-1', '-W', '-1', name]);
      },
    };
  }
  const ranges = isResumed && isPersons ? toSubordinateOptions(name, host) : [];
  if (ranges.length > 0) yield { what: `subordinate ids of ${name}`, add: () => modifyUser(...ranges) };
  if (isPersons && action.createHome !== false && existing.home.startsWith('/')) {
    if (host.stat(existing.home) === undefined) {
      yield { what: `home of ${name}`, add: () => makeHome(existing, host) };
    } else if (isResumed) {
      const files = listMissingSkeleton(existing, host);
      if (files.length > 0) yield { what: `files of the home of ${name}`, add: () => fillHome(files, existing, host) };
    }
  }
  const groups = listMissingGroups(action, existing, host);
  if (groups.length > 0) {
    yield { what: `${name} in group ${groups.join(' and ')}`, add: () => modifyUser('-a', '-G', groups.join(',')) };
  }
}

/** People's own; the others are of the system, and many have no home on purpose (login.defs(5), UID_MIN and UID_MAX). */
const isOwnUid = (uid: number): boolean => uid >= 1000 && uid <= 60_000;

/** The user's primary group, where gshadow(5) is kept and does not have it. */
function findUnshadowedGroup({ gid }: UserFact, host: Host): string | undefined {
  const text = readIfAllowed('/etc/gshadow', host);
  const group = text === undefined ? undefined : readGroups(host).find((candidate) => candidate.gid === gid);
  return group === undefined || text?.split('\n').some((line) => line.startsWith(`${group.name}:`))
    ? undefined
    : group.name;
}

/** The password is said to be in shadow(5), and is not. */
function lacksShadowEntry(name: string, host: Host): boolean {
  const accounts = host.readText('/etc/passwd') ?? '';
  if (!accounts.split('\n').some((line) => line.startsWith(`${name}:x:`))) return false;
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

/** A name that nobody has yet: the user's own, as useradd would have it. */
function nameGroup({ name, gid }: UserFact, host: Host): string {
  return hasGroup(host, name) ? `${name}-${gid}` : name;
}

function listMissingGroups(action: UserAction, existing: UserFact, host: Host): string[] {
  const groups = readGroups(host);
  const has = new Set(
    groups.filter(({ gid, members }) => gid === existing.gid || members.includes(action.name)).map(({ name }) => name),
  );
  return (action.groups ?? []).filter((name) => !has.has(name));
}
