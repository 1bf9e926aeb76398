// What was done for this guest once and for all, whatever instance it is: the instance's own journal ends with the instance.

import type { Action } from '../core/action.ts';
import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { stateDirectory } from './record.ts';

const folder = `${stateDirectory}/once`;

/** Whether a script with this content was begun before. */
export function isMarkedOnce(action: Action, host: Host): boolean {
  const mark = findMark(action);
  return mark !== undefined && host.stat(mark) !== undefined;
}

/** Remembers that it was begun: like cloud-init's semaphores before it runs, so that a failure is not repeated for ever. */
export function markOnce(action: Action, host: Host): void {
  const mark = findMark(action);
  if (mark === undefined) return;
  host.makeDirectory(folder, { mode: 0o700, uid: 0, gid: 0 });
  host.writeFile(mark, '', { mode: 0o600, uid: 0, gid: 0 });
}

/** By content: another script under the same name is another script. */
function findMark(action: Action): string | undefined {
  if (action.kind !== 'exec' || !('script' in action.command)) return undefined;
  return `${folder}/${sha256(action.command.script).slice(0, 32)}`;
}
