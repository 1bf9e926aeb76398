// Passwords, locks and expiry, by chpasswd(8), usermod(8) and chage(1). Secrets travel by standard input only.

import type { PasswordAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { findShadowEntry, type ShadowEntry } from '../host/accounts.ts';
import { describeFailure, withoutSecret } from '../host/commands.ts';
import { drawBelow } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { findUser } from './account-files.ts';
import { requireTool, runAccountTool } from './account-tool.ts';
import type { Applied, Change, Executor } from './executor.ts';

/** Without the characters that are mistaken for each other; 26 of 55 are 150 bits. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';
const generatedLength = 26;

const pamFolders = ['/etc/pam.d', '/usr/lib/pam.d', '/usr/etc/pam.d'];

export const password: Executor<PasswordAction> = {
  inspect(action, host) {
    const changes: Change[] = [{ op: '~', what: describe(action) }];
    const entry = readShadow(host, action.user);
    if (entry === 'unreadable') return { state: 'unknown', changes };
    if (entry === undefined) return { state: 'differs', changes };
    if (action.onlyIfUnset === true && !isUnset(entry)) {
      return isLockRight(action, entry)
        ? { state: 'same' }
        : { state: 'differs', changes: [{ op: '~', what: `lock of ${action.user}` }] };
    }
    if (action.expire === true && entry.lastChange !== 0) return { state: 'differs', changes };
    if (action.random === true || (action.password !== undefined && action.hashed !== true)) {
      return { state: 'unknown', changes };
    }
    if (action.password !== undefined && entry.password !== toField(action)) return { state: 'differs', changes };
    return isLockRight(action, entry) ? { state: 'same' } : { state: 'differs', changes };
  },

  apply(action, host, context) {
    const entry = readShadow(host, action.user);
    if (findUser(host, action.user) === undefined) {
      throw new AgentError(exitCodes.internal, `user ${action.user} does not exist, so it gets no password`);
    }
    const known = entry === 'unreadable' ? undefined : entry;
    const isKept = action.onlyIfUnset === true && known !== undefined && !isUnset(known);
    if (isKept && isLockRight(action, known)) return undefined;
    const applied: Applied = isKept
      ? { message: 'the user has a password, which stays' }
      : setPassword(action, host, context);
    const field = readShadow(host, action.user);
    if (field !== 'unreadable' && field !== undefined && !isLockRight(action, field)) {
      runAccountTool(host, ['usermod', action.lock === true ? '-L' : '-U', action.user]);
    }
    if (action.expire === true) runAccountTool(host, ['chage', '-d', '0', action.user]);
    return applied;
  },
};

function setPassword(action: PasswordAction, host: Host, context: { instanceDirectory: string }): Applied {
  if (action.random === true) {
    const made = Array.from({ length: generatedLength }, () => alphabet[drawBelow(alphabet.length)]).join('');
    // Kept before it is set: after a crash between the two somebody still knows it.
    const path = keepPassword(made, { host, directory: context.instanceDirectory, user: action.user });
    runChpasswd(host, action.user, made);
    return { message: `made up, kept in ${path}`, made: [{ path }] };
  }
  if (action.password === undefined) return {};
  if (action.hashed === true) {
    runAccountTool(host, ['chpasswd', '-e'], { input: `${action.user}:${toField(action)}\n` });
  } else {
    runChpasswd(host, action.user, action.password.reveal());
  }
  return {};
}

/** The shadow field that the action asks for: a locked hash is written locked, so that it is never open for a moment. */
function toField(action: PasswordAction): string {
  const hash = action.password?.reveal() ?? '';
  return action.lock === true && !isLocked(hash) ? `!${hash}` : hash;
}

/** Plain text through PAM, so that the distribution's hashing method applies. */
function runChpasswd(host: Host, user: string, text: string): void {
  requireTool(host, 'chpasswd');
  const input = `${user}:${text}\n`;
  const result = host.run(['chpasswd'], { input });
  if (result.status === 0) return;
  // Below --root, and in images without PAM's configuration, chpasswd can still hash by itself.
  if (!host.live || !pamFolders.some((folder) => host.stat(`${folder}/chpasswd`) !== undefined)) {
    runAccountTool(host, ['chpasswd', '-c', readHashMethod(host)], { input });
    return;
  }
  // PAM's reason comes before chpasswd's own last line.
  const { stderr, ...rest } = withoutSecret(result, text);
  const message = describeFailure('chpasswd', { ...rest, stderr: stderr.trim().replace(/\s+/g, ' ') });
  throw new AgentError(exitCodes.internal, message);
}

function readHashMethod(host: Host): string {
  const method = /^\s*ENCRYPT_METHOD\s+(\w+)/m.exec(host.readText('/etc/login.defs') ?? '')?.[1]?.toUpperCase();
  return method === 'YESCRYPT' ? method : 'SHA512';
}

/** Stores a generated password where only root reads it and returns the path. */
function keepPassword(text: string, at: { host: Host; directory: string; user: string }): string {
  const root = { uid: 0, gid: 0 };
  const folder = `${at.directory}/passwords`;
  at.host.makeDirectory(folder, { mode: 0o700, ...root });
  const path = `${folder}/${at.user}`;
  at.host.writeFile(path, `${text}\n`, { mode: 0o600, ...root });
  return path;
}

function readShadow(host: Host, user: string): ShadowEntry | undefined | 'unreadable' {
  try {
    const text = host.readText('/etc/shadow');
    return text === undefined ? 'unreadable' : findShadowEntry(text, user);
  } catch {
    return 'unreadable';
  }
}

function isLocked(field: string): boolean {
  return field.startsWith('!') || field.startsWith('*');
}

/** What useradd leaves: `!` (Debian, SUSE), `!!` (Fedora, RHEL). */
function isUnset({ password: field }: ShadowEntry): boolean {
  return field === '!' || field === '!!';
}

function isLockRight({ lock }: PasswordAction, { password: field }: ShadowEntry): boolean {
  if (lock === undefined) return true;
  // There is nothing to unlock where no hash follows the mark: usermod would open the account to everybody.
  return lock ? isLocked(field) : !/^!+[^!*]/.test(field);
}

function describe({ user, random, password: secret, lock, expire }: PasswordAction): string {
  const parts = [
    random === true ? 'made up' : secret === undefined ? undefined : 'set',
    lock === true ? 'locked' : lock === false ? 'unlocked' : undefined,
    expire === true ? 'expired' : undefined,
  ];
  return `password of ${user} ${parts.filter((part) => part !== undefined).join(', ')}`;
}
