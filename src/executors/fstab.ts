// Takes lines of earlier runs out of /etc/fstab that nothing asks for any more.

import type { FstabAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';
import { fstabPath, type ParsedLine, parseFstab, readFstab, removeLines, writeFstab } from './fstab-file.ts';
import { describeSource } from './mount-source.ts';

export const fstab: Executor<FstabAction> = {
  inspect(action, host) {
    const gone = listStale(action, host);
    if (gone.length === 0) return { state: 'same' };
    return { state: 'differs', changes: [{ op: '~', what: fstabPath, diff: gone.map(({ text }) => `-${text}`) }] };
  },

  apply(action, host) {
    const gone = new Set(listStale(action, host).map(({ text }) => text));
    if (gone.size === 0) return { idle: true };
    writeFstab(
      removeLines(readFstab(host), (line) => gone.has(line.text)),
      host,
    );
    return {};
  },
};

/** A line belongs to an entry by its mount point; of a swap area, which has none, by its device. */
function listStale({ keep }: FstabAction, host: Host): ParsedLine[] {
  const points = new Set(keep.map(({ mountPoint }) => mountPoint).filter((point) => point !== 'none'));
  const swaps = new Set(
    keep.filter(({ mountPoint }) => mountPoint === 'none').map(({ source }) => describeSource(source, host).spec),
  );
  return parseFstab(readFstab(host)).filter(
    (line) => line.isOurs && !points.has(line.mountPoint) && !(line.mountPoint === 'none' && swaps.has(line.spec)),
  );
}
