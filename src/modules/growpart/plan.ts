// Plans a step for each partition that is to grow.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { Growpart } from './schema.ts';

/** Steps `growpart/N`, at every boot: a disk may have been enlarged since. */
export function planGrowpart({ config, place, report }: ModuleContext<Growpart>): Step[] {
  const given = config.growpart;
  if (given === undefined || given.mode === 'off' || given.mode === false) return [];
  if (given.mode === 'gpart') {
    const message = 'gpart is a tool of FreeBSD; auto and growpart are supported';
    report({ severity: 'warning', code: 'unsupported-key', message }, ['growpart', 'mode']);
    return [];
  }
  const tool = given.mode;
  return [...new Set(given.devices)].map((path, index) => ({
    ...{ id: `growpart/${index}`, module: 'growpart', stage: 'early', frequency: 'boot', summary: path },
    source: place(['growpart']),
    action: {
      ...{ kind: 'growPartition', place: path.length > 1 ? path.replace(/\/+$/, '') : path, tool },
      ...(given.ignore_growroot_disabled ? {} : { unlessExists: '/etc/growroot-disabled' }),
    },
  }));
}
