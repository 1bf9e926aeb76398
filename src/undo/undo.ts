// guest-init undo: what was noted about this instance is compared with the guest, taken back where it is still ours, and marked as undone.
// A kill at any point leaves a guest on which the same command goes on.

import { dirname } from 'node:path/posix';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { nameServersModule } from '../network/name-servers.ts';
import { networkFilesModule } from '../network/persistence.ts';
import { type Change, type ChangeLog, changeLogPath, openChangeLog, readChanges } from '../state/changes.ts';
import { removeLeftovers } from '../state/leftovers.ts';
import { findStateDirectory, type InstanceRecord, peekRecord, saveRecord } from '../state/record.ts';
import { nameInstanceFolder } from '../state/store.ts';
import { carryOut } from './carry-out.ts';
import { forgetUndone } from './forget-undone.ts';
import { planUndo, type UndoWish } from './plan-undo.ts';
import { gatherUndoFacts } from './undo-facts.ts';
import { isAct, type UndoItem } from './undo-item.ts';

export type UndoneItem = UndoItem & { readonly failure?: string; readonly remark?: string };

export type UndoPlan = { readonly record: InstanceRecord; readonly items: readonly UndoItem[] };

/** The modules that people think of as one. */
const networkModules = ['network', networkFilesModule, nameServersModule];

/** The modules that these words mean; `network` has files and name servers of its own. */
export function widenModules(words: readonly string[]): readonly string[] {
  return [...new Set(words.flatMap((word) => (word === 'network' ? networkModules : [word])))];
}

/** What undo would do; undefined where nothing was ever applied. Throws AgentError 64 for a module that changed nothing. */
export function prepareUndo(host: Host, wish: UndoWish): UndoPlan | undefined {
  const record = peekRecord(host);
  if (record === undefined) return undefined;
  const changes = readStanding(host, record);
  refuseUnknown(wish.modules, changes, record);
  return { record, items: planUndo(changes, gatherUndoFacts(changes, host), wish) };
}

/** Does it, item by item, and says how each went. */
export function performUndo(host: Host, { record, items }: UndoPlan, wish: UndoWish): UndoneItem[] {
  const log = openChangeLog(host.resolve(nameInstanceFolder(findStateDirectory(host), record.name)));
  try {
    const { standing } = log;
    // What an undo that was killed left half written.
    const written = items.filter(({ deed }) => deed.kind === 'restore' || deed.kind === 'takeOut');
    for (const folder of new Set(written.map(({ subject }) => dirname(subject)))) removeLeftovers(folder, host);
    const done = items.map((item) => performOne(item, host, log, standing));
    const isUnitTouched = done.some(({ subject, failure, deed }) => {
      return (
        failure === undefined &&
        (deed.kind === 'disable' || isUnitFile(subject)) &&
        isAct({ subject, modules: [], deed })
      );
    });
    if (isUnitTouched && host.live && host.stat('/run/systemd/system') !== undefined) {
      host.run(['systemctl', 'daemon-reload'], { timeoutMs: 30_000 });
    }
    saveRecord(host, findStateDirectory(host), forgetUndone(record, done, wish, host.now()));
    return done;
  } finally {
    log.close();
  }
}

function performOne(item: UndoItem, host: Host, log: ChangeLog, standing: readonly Change[]): UndoneItem {
  let remark: string | undefined;
  try {
    remark = carryOut(item, host);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { ...item, failure: error.message };
  }
  if (item.deed.kind !== 'leave') markUndone(item, log, standing);
  return remark === undefined ? item : { ...item, remark };
}

function markUndone({ subject, modules, deed }: UndoItem, log: ChangeLog, standing: readonly Change[]): void {
  const isPath = standing.some((change) => change.event === 'path' && change.path === subject);
  if (isPath && deed.kind !== 'removeSwap') log.append({ event: 'undone', modules, path: subject });
  for (const change of standing) {
    if (change.event !== 'effect' || !modules.includes(change.module)) continue;
    const { effect } = change;
    if (nameEffect(effect) === subject) log.append({ event: 'undone', modules, effect });
  }
}

/** The subject under which the plan knows an effect. */
function nameEffect(effect: Extract<Change, { event: 'effect' }>['effect']): string {
  switch (effect.kind) {
    case 'user':
    case 'group':
      return `${effect.kind} ${effect.name}`;
    case 'enabled':
      return effect.unit;
    case 'openrc':
      return effect.name;
    case 'swapFile':
      return effect.path;
    case 'hostname':
      return 'host name';
    case 'notify':
      return effect.argv.join(' ');
    case 'service':
      return `${effect.verb} ${effect.units[0] ?? ''}`;
    case 'lasting':
      return effect.what;
  }
}

function isUnitFile(path: string): boolean {
  return path.startsWith('/etc/systemd/system/');
}

function readStanding(host: Host, record: InstanceRecord): readonly Change[] {
  return readChanges(host.readText(changeLogPath(nameInstanceFolder(findStateDirectory(host), record.name))) ?? '');
}

/** A mistyped name must not pass for a module without changes. */
function refuseUnknown(
  modules: readonly string[] | undefined,
  changes: readonly Change[],
  record: InstanceRecord,
): void {
  if (modules === undefined) return;
  const outcomes = Object.values(record.stages).flatMap((stage) => stage.outcomes);
  const known = new Set([...changes.map(({ module }) => module), ...outcomes.map(({ step }) => step.module)]);
  const unknown = modules.find((name) => !known.has(name) && !networkModules.includes(name));
  if (unknown === undefined) return;
  const names = [...known].sort().join(', ');
  throw new AgentError(exitCodes.usage, `${unknown}: no module of the last run; there are: ${names}`);
}
