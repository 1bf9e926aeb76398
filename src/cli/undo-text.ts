// What undo did, or would do, for people and for programs.

import { type ExitCode, exitCodes } from '../core/error.ts';
import type { UndoneItem } from '../undo/undo.ts';
import { isAct, type UndoItem } from '../undo/undo-item.ts';
import { repeatRoot } from './root-folder.ts';
import { cleanLine } from './terminal.ts';

export type UndoView = {
  readonly version: 1;
  readonly exitCode: ExitCode;
  /** False: only shown. */
  readonly done: boolean;
  readonly message: string;
  readonly hint?: string;
  readonly items: readonly {
    readonly result: 'undone' | 'would be undone' | 'left' | 'stays' | 'failed';
    readonly what: string;
    readonly subject: string;
    readonly modules: readonly string[];
    readonly reason?: string;
  }[];
};

type Given = {
  /** Something was applied to this guest by us. */
  readonly isApplied: boolean;
  readonly isDone: boolean;
  readonly users: boolean;
  readonly modules: readonly string[];
  /** As given; absent: this machine's own. */
  readonly root?: string;
};

/** Leaves out what is as it was before already. */
export function viewUndo(items: readonly UndoneItem[], given: Given): UndoView {
  const shown = items.filter(({ deed }) => deed.kind !== 'settled').map((item) => describe(item, given.isDone));
  const acts = shown.filter(({ result }) => result.endsWith('undone')).length;
  const left = shown.filter(({ result }) => result === 'left').length;
  const failed = shown.filter(({ result }) => result === 'failed').length;
  const counts = [
    ...(acts === 0 ? [] : [`${acts} ${given.isDone ? 'undone' : 'to undo'}`]),
    ...(left === 0 ? [] : [`${left} left as they are`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ];
  const message = !given.isApplied
    ? 'nothing was ever applied to this guest'
    : acts + failed === 0
      ? ['nothing to undo', ...counts].join(', ')
      : counts.join(', ');
  const hint = findHint(given, { acts, failed });
  return {
    version: 1,
    exitCode: failed > 0 ? exitCodes.degraded : exitCodes.ok,
    done: given.isDone,
    message,
    ...(hint === undefined ? {} : { hint }),
    items: shown,
  };
}

/** A line for each item, and one that sums up. */
export function printUndo({ items, message, hint }: UndoView): string {
  const width = Math.max(0, ...items.map(({ result, what }) => label(result, what).length));
  const lines = items.map(
    ({ result, what, subject, modules, reason }) =>
      `${label(result, what).padEnd(width)}  ${subject}  (${modules.join(', ')})${reason === undefined ? '' : `: ${reason}`}`,
  );
  return `${[...lines, `${message}${hint === undefined ? '' : `; ${hint}`}`].map(cleanLine).join('\n')}\n`;
}

function label(result: UndoView['items'][number]['result'], what: string): string {
  if (result === 'undone' || result === 'would be undone') return what;
  return result === 'failed' ? `failed: ${what}` : result;
}

function describe(item: UndoneItem, isDone: boolean): UndoView['items'][number] {
  const { subject, modules, deed, failure, remark } = item;
  const reason = failure ?? (deed.kind === 'leave' ? deed.reason : remark);
  const result =
    failure !== undefined
      ? 'failed'
      : !isAct(item)
        ? deed.kind === 'leave'
          ? 'left'
          : 'stays'
        : isDone
          ? 'undone'
          : 'would be undone';
  return { result, what: nameDeed(deed), subject, modules, ...(reason === undefined ? {} : { reason }) };
}

function nameDeed(deed: UndoItem['deed']): string {
  const names = {
    remove: 'remove',
    restore: 'restore',
    takeOut: 'take lines out',
    disable: 'disable',
    disableOpenrc: 'disable',
    removeSwap: 'remove swap',
    rename: 'rename back',
    removeUser: 'remove',
    removeGroup: 'remove',
    refresh: 'tell',
    leave: 'leave',
    stay: 'stay',
    settled: 'settled',
  } as const;
  return names[deed.kind];
}

function findHint(
  { isApplied, isDone, users, modules, root }: Given,
  { acts, failed }: { acts: number; failed: number },
): string | undefined {
  if (!isApplied) return undefined;
  const words = [`guest-init undo${repeatRoot(root)}`, ...modules, ...(users ? ['--users'] : []), '--yes'].join(' ');
  if (!isDone) return acts === 0 ? undefined : `to do it: ${words}`;
  if (failed > 0) return `mend what failed, then: ${words}`;
  return root === undefined ? 'to apply it all again: guest-init run --force' : undefined;
}
