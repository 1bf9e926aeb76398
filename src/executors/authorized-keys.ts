// Keys in ~user/.ssh/authorized_keys, sshd(8), inside a block marked as ours. The user may be hostile: nothing of theirs is followed.

import type { AuthorizedKeysAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { UserFact } from '../core/facts.ts';
import type { Host } from '../host/host.ts';
import { findUser } from './account-files.ts';
import type { Change, Executor } from './executor.ts';

const fileMode = 0o600;
const folderMode = 0o700;

export const authorizedKeys: Executor<AuthorizedKeysAction> = {
  inspect(action, host) {
    const owner = findUser(host, action.user);
    const add = toBlockLines(action).slice(1, -1);
    const all: Change[] = [{ op: '+', what: `${action.user}: authorized_keys`, diff: add.map((line) => `+${line}`) }];
    if (owner === undefined) return { state: 'differs', changes: all };
    try {
      const { file } = toPaths(owner);
      refuseTraps(owner, host);
      const before = host.readUntrusted(file);
      const after = putBlock(before ?? '', action);
      if (before === after && isPrivate(owner, host)) return { state: 'same' };
      return {
        state: 'differs',
        changes: [{ op: before === undefined ? '+' : '~', what: file, diff: diffLines(before ?? '', after) }],
      };
    } catch {
      return { state: 'unknown', changes: all };
    }
  },

  apply(action, host) {
    const owner = findUser(host, action.user);
    if (owner === undefined) {
      throw new AgentError(exitCodes.internal, `user ${action.user} does not exist, so there is no place for keys`);
    }
    const { folder, file } = toPaths(owner);
    const { uid, gid } = owner;
    if (host.stat(owner.home) === undefined) {
      throw new AgentError(
        exitCodes.internal,
        `${owner.home}: the home of ${action.user} does not exist, so there is no place for keys`,
      );
    }
    host.makeDirectory(folder, { mode: folderMode, uid, gid });
    refuseTraps(owner, host);
    const before = host.readUntrusted(file);
    const after = putBlock(before ?? '', action);
    if (before === after && isPrivate(owner, host)) return undefined;
    host.writeFile(file, after, { mode: fileMode, uid, gid });
    return { made: [{ path: file }] };
  },
};

function toPaths({ home }: UserFact): { folder: string; file: string } {
  const folder = `${home.replace(/\/+$/, '')}/.ssh`;
  return { folder, file: `${folder}/authorized_keys` };
}

/** Throws when ~/.ssh or the file in it is a link, no folder or file, or somebody else's: root must not write through it. */
function refuseTraps(owner: UserFact, host: Host): void {
  const { folder, file } = toPaths(owner);
  const expectations = [
    { path: folder, kind: 'directory', words: 'a folder' },
    { path: file, kind: 'file', words: 'a file' },
  ] as const;
  for (const { path, kind, words } of expectations) {
    const stat = host.stat(path);
    if (stat === undefined) continue;
    const reason =
      stat.kind === 'symlink'
        ? 'is a symbolic link, which is not followed'
        : stat.kind !== kind
          ? `is not ${words}`
          : stat.uid !== owner.uid && stat.uid !== 0
            ? `belongs to uid ${stat.uid}, not to ${owner.name}`
            : undefined;
    if (reason === undefined) continue;
    throw new AgentError(exitCodes.internal, `${path}: ${reason}`, {
      hint: `make ${path} ${words} of ${owner.name}, then run again`,
    });
  }
}

function isPrivate(owner: UserFact, host: Host): boolean {
  const stat = host.stat(toPaths(owner).file);
  return stat !== undefined && stat.mode === fileMode && stat.uid === owner.uid;
}

function toBlockLines({ block, keys, options }: AuthorizedKeysAction): string[] {
  const lines = keys.map((key) => (options === undefined ? key : `${options} ${key}`));
  return [`# guest-init begin ${block}`, ...lines, `# guest-init end ${block}`];
}

/**
 * `text` with the block put in place of an earlier one of the same name, else at the end; without keys the block goes. No block is made
 * for what somebody else, such as cloud-init, has put there line by line.
 */
function putBlock(text: string, action: AuthorizedKeysAction): string {
  const block = toBlockLines(action);
  const [begin = '', end = ''] = [block[0], block.at(-1)];
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const kept: string[] = [];
  let at: number | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const close = line === begin ? lines.indexOf(end, index) : -1;
    // A begin whose end somebody removed marks nothing: the lines below it may be theirs.
    if (close < 0) {
      if (line !== begin) kept.push(line);
      continue;
    }
    at ??= kept.length;
    index = close;
  }
  const others = at === undefined ? listOutsideBlocks(kept) : [];
  const isThere = block.slice(1, -1).every((line) => others.includes(line));
  if (action.keys.length > 0 && !isThere) kept.splice(at ?? kept.length, 0, ...block);
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}

function listOutsideBlocks(lines: readonly string[]): string[] {
  let inside = false;
  return lines.filter((line) => {
    if (line.startsWith('# guest-init ')) inside = line.startsWith('# guest-init begin ');
    return !inside;
  });
}

function diffLines(before: string, after: string): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  return [
    ...old.filter((line) => line !== '' && !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => line !== '' && !old.includes(line)).map((line) => `+${line}`),
  ];
}
