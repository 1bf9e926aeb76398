// Symbolic links.

import { dirname, resolve } from 'node:path/posix';
import type { SymlinkAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Applied, Executor, Inspection } from './executor.ts';
import { makeParentFolders } from './parent-folders.ts';

export const symlink: Executor<SymlinkAction> = { inspect: inspectSymlink, apply: applySymlink };

function inspectSymlink({ path, target, mustExist }: SymlinkAction, host: Host): Inspection {
  try {
    const stat = host.stat(path);
    const present = stat?.kind === 'symlink' ? host.readLink(path) : undefined;
    const isMissing = mustExist === true && !hasTarget(path, target, host);
    if (present === target && !isMissing) return { state: 'same' };
    const note = isMissing ? '  (does not exist on this guest)' : '';
    if (stat === undefined) return { state: 'differs', changes: [{ op: '+', what: `${path} -> ${target}${note}` }] };
    const instead =
      present === undefined ? `in place of a ${stat.kind === 'other' ? 'device' : stat.kind}` : `was ${present}`;
    return { state: 'differs', changes: [{ op: '~', what: `${path} -> ${target}${note}  ${instead}` }] };
  } catch (error) {
    const reason = error instanceof AgentError ? error.message : `${path}: cannot be seen`;
    return { state: 'unknown', changes: [{ op: '~', what: reason }] };
  }
}

function applySymlink({ path, target, mustExist }: SymlinkAction, host: Host): Applied {
  if (mustExist === true && !hasTarget(path, target, host)) {
    throw new AgentError(
      exitCodes.internal,
      `${path}: ${resolve(dirname(path), target)} does not exist on this guest`,
      {
        hint: 'check the spelling of the name, or install the package that brings the file',
      },
    );
  }
  const stat = host.stat(path);
  if (stat?.kind === 'directory') throw new AgentError(exitCodes.internal, `${path}: a folder is in the way`);
  makeParentFolders(path, host, { uid: 0, gid: 0 });
  host.makeSymlink(path, target);
  return { made: [{ path }] };
}

function hasTarget(path: string, target: string, host: Host): boolean {
  const kind = host.stat(resolve(dirname(path), target))?.kind;
  return kind === 'file' || kind === 'symlink';
}
