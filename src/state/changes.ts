// What a run changed of the guest, noted before it was changed: for each path what was there and what is put there. `guest-init undo`
// reads it. One file per instance that forced runs add to. What others had written is kept in it, and of our own content digests alone.

import type { ServiceAction } from '../core/action.ts';
import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { decodeCheckedLine, openCheckedLines } from './journal.ts';
import { findLineChange, type LineChange } from './line-change.ts';

export type PathState =
  | { readonly kind: 'absent' | 'other' }
  | { readonly kind: 'directory'; readonly mode: number; readonly uid: number; readonly gid: number }
  | {
      readonly kind: 'file';
      /** Hex digest of the content. */
      readonly sha256: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: 'symlink'; readonly target: string };

export type PathChange = {
  readonly event: 'path';
  readonly step: string;
  readonly module: string;
  readonly path: string;
  readonly before: PathState;
  readonly after: PathState;
  /** Base64 of the content that others had put there. */
  readonly content?: string;
  /** Where the lines went that were put into a file of others. */
  readonly lines?: LineChange;
};

/** What is no path. `of`: the steps whose changes were the reason. */
export type Effect =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'enabled'; readonly unit: string; readonly runtime?: true }
  | { readonly kind: 'openrc'; readonly name: string }
  | { readonly kind: 'swapFile'; readonly path: string }
  | { readonly kind: 'hostname'; readonly before: string; readonly after: string }
  | { readonly kind: 'notify'; readonly argv: readonly string[]; readonly of: readonly string[] }
  | {
      readonly kind: 'service';
      readonly units: readonly string[];
      readonly verb: ServiceAction['verb'];
      readonly of: readonly string[];
    }
  /** What cannot be taken back, in words. */
  | { readonly kind: 'lasting'; readonly what: string };

export type EffectChange = {
  readonly event: 'effect';
  readonly step: string;
  readonly module: string;
  readonly effect: Effect;
};

/** All before this line about the path, or of this effect, is undone, for these modules. */
export type UndoneMark = {
  readonly event: 'undone';
  readonly modules: readonly string[];
  readonly path?: string;
  readonly effect?: Effect;
};

export type Change = PathChange | EffectChange;

export type ChangeLog = {
  /** What stands: changes that were not undone, oldest first. */
  readonly standing: readonly Change[];
  /** Notes it, flushed to disk where content of others would be lost with it. */
  append(entry: Change | UndoneMark): void;
  close(): void;
};

/** Opens the log below the folder of an instance, as this process sees it. Throws AgentError 30. */
export function openChangeLog(directory: string): ChangeLog {
  const { previous, append, close } = openCheckedLines(changeLogPath(directory), { fresh: false });
  return {
    standing: readChanges(previous),
    append: (entry) => append(entry, entry.event === 'path' && entry.content !== undefined),
    close,
  };
}

/** `/var/lib/guest-init/instances/i-0000000a/changes.ndjson`. */
export function changeLogPath(directory: string): string {
  return `${directory}/changes.ndjson`;
}

/** Changes that stand, oldest first. Lines with a wrong checksum are skipped: a torn tail, or a damaged disk. */
export function readChanges(text: string): readonly Change[] {
  let standing: Change[] = [];
  for (const line of text.split('\n')) {
    const entry = decodeCheckedLine(line) as Change | UndoneMark | undefined;
    if (entry === undefined) continue;
    if (entry.event === 'undone') standing = standing.filter((change) => !isMeant(change, entry));
    else standing.push(entry);
  }
  return standing;
}

function isMeant(change: Change, { modules, path, effect }: UndoneMark): boolean {
  if (!modules.includes(change.module)) return false;
  return change.event === 'path' ? change.path === path : JSON.stringify(change.effect) === JSON.stringify(effect);
}

/** Whether both are the same to whoever reads the path; mode and owner do not count. */
export function isSameState(a: PathState, b: PathState): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.sha256 === b.sha256;
  if (a.kind === 'symlink' && b.kind === 'symlink') return a.target === b.target;
  return a.kind === b.kind;
}

/** What is at a path now. */
export function lookAt(path: string, host: Host): PathState {
  const stat = host.stat(path);
  if (stat === undefined) return { kind: 'absent' };
  const { kind, mode, uid, gid } = stat;
  if (kind === 'symlink') return { kind, target: host.readLink(path) ?? '' };
  if (kind === 'directory') return { kind, mode, uid, gid };
  if (kind !== 'file') return { kind: 'other' };
  return { kind, sha256: sha256(host.readFile(path) ?? new Uint8Array()), mode, uid, gid };
}

/** A larger file of others is not kept: bytes. */
const keptAtMost = 4 * 1024 * 1024;

/** Notes what `step` is about to do to a path. `next`: the content, where it becomes a file. */
export function notePath(
  log: ChangeLog,
  given: {
    readonly step: { readonly id: string; readonly module: string };
    readonly path: string;
    readonly before: PathState;
    readonly after: PathState;
    /** What we ourselves have left there the last time. */
    readonly ours: PathState | undefined;
    readonly next?: Uint8Array;
  },
  host: Host,
): void {
  const { step, path, before, after, ours, next } = given;
  if (isSameState(before, after) && before.kind !== 'file') return;
  const isForeign = before.kind === 'file' && (ours === undefined || !isSameState(before, ours));
  const isOther = !isSameState(before, after);
  const present = before.kind === 'file' && isOther ? host.readFile(path) : undefined;
  const content = isForeign && present !== undefined && present.length <= keptAtMost ? present : undefined;
  const lines =
    present === undefined || next === undefined ? undefined : findLineChange(toText(present), toText(next), isForeign);
  log.append({
    ...{ event: 'path', step: step.id, module: step.module, path, before, after },
    ...(content === undefined ? {} : { content: Buffer.from(content).toString('base64') }),
    ...(lines === undefined ? {} : { lines }),
  });
}

/** One character a byte: what is not UTF-8 stays as it is. */
function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
