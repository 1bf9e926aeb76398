// Plans the swap file, its line in /etc/fstab and its use. Late: no login waits for a large file to be written.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { Swap } from './schema.ts';
import { parseSize } from './size.ts';

/** The kernel and mkswap(8) want some pages; less than this is a slip of the unit. */
const leastBytes = 1024 ** 2;

/** Two steps; none without a size. */
export function planSwap({ config, place, report }: ModuleContext<Swap>): Step[] {
  const given = config.swap;
  if (given === undefined) return [];
  const { filename, size, maxsize } = given;
  const bytes = size === 'auto' ? size : toBytes(size);
  const maxBytes = maxsize === undefined ? undefined : toBytes(maxsize);
  if (bytes === 0) return [];
  for (const [key, value] of [
    ['size', bytes],
    ['maxsize', maxBytes],
  ] as const) {
    if (typeof value !== 'number' || value >= leastBytes) continue;
    const message = 'expected at least 1 MiB; numbers without a unit are bytes';
    report({ severity: 'error', code: 'value', message }, ['swap', key]);
    return [];
  }
  const common = { module: 'swap', stage: 'late', source: place(['swap']) } as const;
  const file: Step = {
    ...{ ...common, id: 'swap/file', summary: filename },
    action: { kind: 'swapFile', path: filename, bytes, ...(maxBytes === undefined ? {} : { maxBytes }) },
  };
  const use: Step = {
    ...{ ...common, id: 'swap/on', summary: `swap on ${filename}`, needs: [file.id] },
    action: {
      ...{ kind: 'mount', source: { spec: filename }, mountPoint: 'none' },
      ...{ type: 'swap', options: 'sw', dump: '0', pass: '0' },
    },
  };
  return [file, use];
}

function toBytes(size: string | number): number {
  return typeof size === 'number' ? size : (parseSize(size) ?? 0);
}
