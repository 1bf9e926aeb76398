// The record after an undo: what was taken back is no longer ours, and no later boot brings it back. Pure.

import { networkFilesModule } from '../network/persistence.ts';
import type { InstanceRecord } from '../state/record.ts';
import type { UndoWish } from './plan-undo.ts';
import { isAct, type UndoItem } from './undo-item.ts';

/** `now`: seconds since 1970. */
export function forgetUndone(
  record: InstanceRecord,
  done: readonly (UndoItem & { readonly failure?: string })[],
  { modules }: UndoWish,
  now: number,
): InstanceRecord {
  const gone = new Set(
    done
      .filter(({ deed, failure }) => failure === undefined && (deed.kind === 'remove' || deed.kind === 'restore'))
      .map(({ subject }) => subject),
  );
  const isNetworkUndone = modules === undefined || modules.includes(networkFilesModule) || modules.includes('network');
  const { networkBackend, ...rest } = record;
  const items = done.filter((item) => isAct(item) && item.failure === undefined).length;
  return {
    ...rest,
    ...(networkBackend === undefined || isNetworkUndone ? {} : { networkBackend }),
    ...(isNetworkUndone ? { networkSteps: [], automaticLinks: [] } : {}),
    made: record.made.filter(({ path }) => !gone.has(path)),
    ...(modules === undefined ? { everyBoot: false } : {}),
    undone: {
      at: now,
      items: (record.undone?.items ?? 0) + items,
      ...(modules === undefined ? { whole: true as const } : record.undone?.whole ? { whole: true as const } : {}),
    },
  };
}
