// Which faults a run is for: a sample, all, or those that are asked for by name.

import { faultFiles, type Tier } from './tiers.ts';

/** What `--whole` and `--only` of scripts/test.ts ask for. */
export type FaultWish = { readonly whole: boolean; readonly only?: string };

/**
 * The tier that runs it. `only`: a group (`F12`), a case (`F01/minimal/reboot/fsync/etc/1`) or the beginning of several, or in a group of the
 * sandbox tier the beginning of a test's name (`F09/two different drives`). The sample leaves the sandbox tier's files to that tier.
 */
export function selectFaults(tier: Tier, { whole, only }: FaultWish): Tier {
  if (only === undefined) return whole ? { ...tier, patterns: [...tier.patterns, ...Object.keys(faultFiles)] } : tier;
  const [, group = '', rest = ''] = /^(F\d\d)(?:\/(.*))?$/.exec(only) ?? [];
  const files = Object.entries(faultFiles).flatMap(([file, row]) => (row === group ? [file] : []));
  const own = `${group}/${rest}`;
  // Tests are matched by their suite's name and their own, with a blank between.
  const names = rest === '' ? undefined : new RegExp(`(?:^| )(?:${[own, rest].map(escapePattern).join('|')})`);
  return {
    ...tier,
    patterns: [`test/faults/${group.toLowerCase()}-*.test.ts`, ...files],
    ...(names === undefined ? {} : { names }),
  };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
