// Plans the growing of the root file system.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { ResizeRootfs } from './schema.ts';

/** One step at every boot; `noblock`: in the late stage, which no login waits for. */
export function planResizeRootfs({ config, place }: ModuleContext<ResizeRootfs>): Step[] {
  const wanted = config.resize_rootfs;
  if (wanted === undefined || wanted === false) return [];
  return [
    {
      ...{ id: 'resize_rootfs', module: 'resize-rootfs', summary: '/ as large as its device' },
      ...{ stage: wanted === 'noblock' ? 'late' : 'early', frequency: 'boot', source: place(['resize_rootfs']) },
      action: { kind: 'growFileSystem', mountPoint: '/' },
    },
  ];
}
