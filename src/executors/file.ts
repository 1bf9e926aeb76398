// Files with a whole content, or with something added to their end (reliability.md I3).

import { isUtf8 } from 'node:buffer';
import type { FileAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { Secret } from '../core/secret.ts';
import { sha256 } from '../host/crypto.ts';
import type { FileStat, Host } from '../host/host.ts';
import { checkContent } from './content-check.ts';
import type { Applied, ApplyContext, Change, Executor, Inspection } from './executor.ts';
import { type Ownership, resolveOwnership } from './ownership.ts';
import { makeParentFolders } from './parent-folders.ts';
import { diffText, listAdded } from './text-diff.ts';

export const file: Executor<FileAction> = { inspect: inspectFile, apply: applyFile, token: markIntent };

function inspectFile(action: FileAction, host: Host): Inspection {
  try {
    return compare(action, host);
  } catch (error) {
    const reason = error instanceof AgentError ? error.message : `${action.path}: cannot be seen`;
    return { state: 'unknown', changes: [{ op: '~', what: reason }] };
  }
}

function compare(action: FileAction, host: Host): Inspection {
  const stat = host.stat(action.path);
  const content = toBytes(action.content);
  const title = `${action.path}  ${describeMode(action.mode)} ${describeOwner(action)}`;
  if (stat === undefined) {
    const what = `${title}  ${describeSize(content.length)}`;
    return {
      state: 'differs',
      changes: [withDiff({ op: '+', what }, isPublic(action), () => listAdded(toText(content)))],
    };
  }
  if (stat.kind === 'directory' || stat.kind === 'other') {
    return { state: 'differs', changes: [{ op: '~', what: `${action.path}  is in the way: not a regular file` }] };
  }
  // A link that dangles reads as absent.
  const present = host.readFile(action.path) ?? new Uint8Array();
  const isShown = isPublic(action) && (stat.mode & 0o004) !== 0;
  if (action.append === true) {
    const what = `${action.path}  ${describeSize(content.length)} added at its end`;
    return {
      state: 'differs',
      changes: [withDiff({ op: '~', what }, isShown, () => listAdded(toText(content)))],
    };
  }
  const changes: Change[] = [];
  if (stat.kind === 'symlink') changes.push({ op: '~', what: `${action.path}  a file in place of a symbolic link` });
  if (!Buffer.from(present.buffer, present.byteOffset, present.length).equals(content)) {
    const what = `${title}  ${describeSize(present.length)} -> ${describeSize(content.length)}`;
    changes.push(withDiff({ op: '~', what }, isShown, () => diffText(toText(present), toText(content))));
  }
  const isOpen = stat.kind !== 'symlink' && action.keepAttributes !== true;
  if (isOpen && stat.mode !== action.mode) {
    changes.push({ op: '~', what: `${action.path}  mode ${describeMode(stat.mode)} -> ${describeMode(action.mode)}` });
  }
  if (isOpen && !hasOwnership(stat, action, host)) {
    changes.push({ op: '~', what: `${action.path}  owner ${stat.uid}:${stat.gid} -> ${describeOwner(action)}` });
  }
  return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
}

function applyFile(action: FileAction, host: Host, context: ApplyContext): Applied {
  const { path, check } = action;
  const stat = host.stat(path);
  const kept = action.keepAttributes === true && stat?.kind === 'file' ? stat : undefined;
  const ownership = kept ?? resolveOwnership(action, host);
  const mode = kept?.mode ?? action.mode;
  if (stat?.kind === 'directory') throw new AgentError(exitCodes.internal, `${path}: a folder is in the way`);
  if (stat?.kind === 'other') throw new AgentError(exitCodes.internal, `${path}: a device or socket is in the way`);
  const { content, isDone } = combine(action, host, context.interrupted?.token);
  const made = [{ path, sha256: digest(content) }];
  if (
    isDone &&
    stat?.kind === 'file' &&
    stat.mode === mode &&
    stat.uid === ownership.uid &&
    stat.gid === ownership.gid
  ) {
    return { message: 'was added before the restart', made };
  }
  makeParentFolders(path, host, ownership);
  if (check !== undefined) checkContent({ path, content, check }, host);
  const copy = keepForeign(action, host);
  host.writeFile(path, content, { mode, uid: ownership.uid, gid: ownership.gid });
  return { made, ...(copy === undefined ? {} : { message: `the file that was there is kept as ${copy}` }) };
}

/** Where the content went that others had put at the path; undefined when there was none. */
function keepForeign({ path, backup }: FileAction, host: Host): string | undefined {
  const present = backup === undefined ? undefined : host.readFile(path);
  if (backup === undefined || present === undefined) return undefined;
  if (Buffer.from(present).includes(backup.mark) || host.stat(backup.path) !== undefined) return undefined;
  makeParentFolders(backup.path, host, { uid: 0, gid: 0 });
  host.writeFile(backup.path, present, { mode: 0o600, uid: 0, gid: 0 });
  return backup.path;
}

/** The whole content that the file shall have. `isDone`: an interrupted run has added its part already. */
function combine(action: FileAction, host: Host, token: string | undefined): { content: Buffer; isDone: boolean } {
  const added = toBytes(action.content);
  if (action.append !== true) return { content: added, isDone: false };
  const present = host.readFile(action.path) ?? new Uint8Array();
  if (token !== undefined && digest(present) === token) return { content: Buffer.from(present), isDone: true };
  return { content: Buffer.concat([present, added]), isDone: false };
}

/** The digest of the whole result: a second run that finds it does not add again. */
function markIntent(action: FileAction, host: Host): string | undefined {
  return action.append === true ? digest(combine(action, host, undefined).content) : undefined;
}

function toBytes(content: FileAction['content']): Buffer {
  const plain = content instanceof Secret ? content.reveal() : content;
  return typeof plain === 'string' ? Buffer.from(plain) : Buffer.from(plain.buffer, plain.byteOffset, plain.length);
}

function digest(content: Uint8Array): string {
  return sha256(content);
}

/** Content that everybody on the guest may read is no secret; any other is not shown. */
function isPublic(action: FileAction): boolean {
  return !(action.content instanceof Secret) && (action.mode & 0o004) !== 0;
}

/** Throws where there is no text to show: zero bytes, or other than UTF-8. */
function toText(content: Uint8Array): string {
  if (content.includes(0) || !isUtf8(content)) throw new TypeError('not text');
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
}

/** The lines are made when somebody looks at them: a plan that is shown, or the record of a step that was applied. */
function withDiff(change: Change, isShown: boolean, toLines: () => readonly string[]): Change {
  if (!isShown) return change;
  let lines: readonly string[] | undefined;
  return {
    ...change,
    get diff() {
      try {
        lines ??= toLines();
      } catch {
        lines = [];
      }
      return lines;
    },
  };
}

function hasOwnership(stat: FileStat, action: FileAction, host: Host): boolean {
  let wanted: Ownership;
  try {
    wanted = resolveOwnership(action, host);
  } catch {
    return false;
  }
  return stat.uid === wanted.uid && stat.gid === wanted.gid;
}

function describeOwner({ owner, group }: FileAction): string {
  return `${owner ?? 'root'}:${group ?? 'root'}`;
}

function describeMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function describeSize(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}
