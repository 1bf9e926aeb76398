// What undo has to do, from what was noted and what is there now. Pure.

import type { Change, Effect, EffectChange, PathChange } from '../state/changes.ts';
import { planFolders } from './plan-folders.ts';
import { planPath } from './plan-path.ts';
import type { UndoFacts } from './undo-facts.ts';
import type { UndoItem } from './undo-item.ts';

export type UndoWish = {
  /** Undefined: all. */
  readonly modules?: readonly string[];
  /** Remove users and groups that we made. */
  readonly users: boolean;
};

/** Items in the order in which they are to be done. */
export function planUndo(changes: readonly Change[], facts: UndoFacts, wish: UndoWish): UndoItem[] {
  const isWanted = (module: string): boolean => wish.modules === undefined || wish.modules.includes(module);
  const wanted = changes.filter(({ module }) => isWanted(module));
  const effects = listEffects(wanted);
  const paths = groupByPath(changes).filter((entries) => entries.some(({ module }) => isWanted(module)));
  const [folders, files] = partition(paths, (entries) => entries.at(-1)?.after.kind === 'directory');
  const fileItems = files.map((entries) => planPath(entries, facts, isWanted));
  const units = effects.flatMap((entry) => planUnit(entry, facts));
  const others = effects.flatMap((entry) => planOther(entry, facts, wish));
  const gone = new Set(fileItems.filter(({ deed }) => deed.kind === 'remove').map(({ subject }) => subject));
  const folderItems = planFolders(folders, { facts, gone, isWanted });
  const touched = new Set(
    [...fileItems, ...folderItems]
      .filter(({ deed }) => ['remove', 'restore', 'takeOut'].includes(deed.kind))
      .flatMap(({ subject }) => changes.filter((change) => change.event === 'path' && change.path === subject))
      .map(({ step }) => step),
  );
  return [
    ...units,
    ...fileItems,
    ...folderItems,
    ...others.filter(({ deed }) => deed.kind !== 'stay'),
    ...effects.flatMap((entry) => planRefresh(entry, touched)),
    ...others.filter(({ deed }) => deed.kind === 'stay'),
  ];
}

/** Each effect once, the modules that had it together. */
function listEffects(changes: readonly Change[]): { effect: Effect; modules: string[] }[] {
  const found = new Map<string, { effect: Effect; modules: string[] }>();
  for (const { effect, module } of changes.filter((change): change is EffectChange => change.event === 'effect')) {
    const key = JSON.stringify(effect);
    const known = found.get(key);
    if (known === undefined) found.set(key, { effect, modules: [module] });
    else if (!known.modules.includes(module)) known.modules.push(module);
  }
  return [...found.values()];
}

function groupByPath(changes: readonly Change[]): PathChange[][] {
  const groups = new Map<string, PathChange[]>();
  for (const change of changes) {
    if (change.event !== 'path') continue;
    groups.set(change.path, [...(groups.get(change.path) ?? []), change]);
  }
  return [...groups.values()];
}

type Entry = { readonly effect: Effect; readonly modules: readonly string[] };

/** Before the files of the units go: systemctl reads them. */
function planUnit({ effect, modules }: Entry, facts: UndoFacts): UndoItem[] {
  if (effect.kind !== 'enabled' && effect.kind !== 'openrc') return [];
  const subject = effect.kind === 'enabled' ? effect.unit : effect.name;
  if (!facts.enabled.has(subject)) return [{ subject, modules, deed: { kind: 'settled' } }];
  if (effect.kind === 'openrc') return [{ subject, modules, deed: { kind: 'disableOpenrc' } }];
  return [{ subject, modules, deed: { kind: 'disable', runtime: effect.runtime === true } }];
}

function planOther({ effect, modules }: Entry, facts: UndoFacts, wish: UndoWish): UndoItem[] {
  switch (effect.kind) {
    case 'lasting':
      return [{ subject: effect.what, modules, deed: { kind: 'stay' } }];
    case 'hostname':
      if (facts.hostname !== effect.after || effect.before === '')
        return [{ subject: 'host name', modules, deed: { kind: 'settled' } }];
      return [{ subject: 'host name', modules, deed: { kind: 'rename', to: effect.before } }];
    case 'swapFile':
      return [
        { subject: effect.path, modules, deed: { kind: facts.swapFiles.has(effect.path) ? 'removeSwap' : 'settled' } },
      ];
    case 'user':
    case 'group': {
      const subject = `${effect.kind} ${effect.name}`;
      const isThere = (effect.kind === 'user' ? facts.users : facts.groups).has(effect.name);
      if (!isThere) return [{ subject, modules, deed: { kind: 'settled' } }];
      if (!wish.users) return [{ subject, modules, deed: { kind: 'leave', reason: 'removed only with --users' } }];
      return [{ subject, modules, deed: { kind: effect.kind === 'user' ? 'removeUser' : 'removeGroup' } }];
    }
    default:
      return [];
  }
}

/** Those who were told of changes that are taken back. */
function planRefresh({ effect, modules }: Entry, touched: ReadonlySet<string>): UndoItem[] {
  if (effect.kind !== 'notify' && effect.kind !== 'service') return [];
  const subject = effect.kind === 'notify' ? effect.argv.join(' ') : `${effect.verb} ${effect.units[0] ?? ''}`;
  const isDue = effect.of.some((step) => touched.has(step));
  return [{ subject, modules, deed: isDue ? { kind: 'refresh', effect } : { kind: 'settled' } }];
}

function partition<T>(list: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [list.filter(isFirst), list.filter((item) => !isFirst(item))];
}
