// One thing that undo does, leaves or cannot do.

import type { Effect, PathState } from '../state/changes.ts';

export type UndoItem = {
  /** Path, unit, user: what it is about, for people and for programs. */
  readonly subject: string;
  /** Whose changes are taken back. */
  readonly modules: readonly string[];
  readonly deed: UndoDeed;
};

export type UndoDeed =
  /** A file, link or empty folder that we made. */
  | { readonly kind: 'remove'; readonly what: PathState['kind'] }
  /** `content` absent: what is there keeps its content and gets its mode and owner back. */
  | { readonly kind: 'restore'; readonly to: PathState; readonly content?: Uint8Array }
  /** Our lines alone are taken out; mode and owner stay. */
  | { readonly kind: 'takeOut'; readonly content: Uint8Array }
  | { readonly kind: 'disable'; readonly runtime: boolean }
  | { readonly kind: 'disableOpenrc' }
  | { readonly kind: 'removeSwap' }
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'removeUser' }
  | { readonly kind: 'removeGroup' }
  /** A tool or service told to read the files again. */
  | { readonly kind: 'refresh'; readonly effect: Extract<Effect, { kind: 'notify' | 'service' }> }
  /** Not ours any more, or not to be taken back safely; stays in the record. */
  | { readonly kind: 'leave'; readonly reason: string }
  /** Cannot be taken back by its nature; told once. */
  | { readonly kind: 'stay' }
  /** As it was before already. */
  | { readonly kind: 'settled' };

/** Whether the deed changes the guest. */
export function isAct({ deed }: UndoItem): boolean {
  return deed.kind !== 'leave' && deed.kind !== 'stay' && deed.kind !== 'settled';
}
