// Plans /etc/localtime and, where the distribution keeps one, /etc/timezone.

import type { ModuleContext } from '../../core/define.ts';
import type { Facts } from '../../core/facts.ts';
import type { Step } from '../../core/plan.ts';
import type { Timezone } from './schema.ts';

/** One or two steps; none without the key. */
export function planTimezone({ config, facts, place }: ModuleContext<Timezone>): Step[] {
  const zone = config.timezone;
  if (zone === undefined) return [];
  const common = { module: 'timezone', stage: 'early', source: place(['timezone']) } as const;
  const link: Step = {
    ...common,
    id: 'timezone/localtime',
    summary: zone,
    action: { kind: 'symlink', path: '/etc/localtime', target: `/usr/share/zoneinfo/${zone}`, mustExist: true },
  };
  if (!keepsZoneName(facts.os)) return [link];
  const name: Step = {
    ...common,
    id: 'timezone/name',
    summary: '/etc/timezone',
    action: { kind: 'file', path: '/etc/timezone', content: `${zone}\n`, mode: 0o644 },
    needs: [link.id],
  };
  return [link, name];
}

/** Debian's tzdata and Gentoo's read the zone's name from a file of its own. */
function keepsZoneName({ id, idLike }: Facts['os']): boolean {
  return [id, ...idLike].some((name) => ['debian', 'ubuntu', 'gentoo'].includes(name));
}
